import type { Frame } from './codec.ts'
import { byteLength } from './environment.ts'
import type { Message } from './protocol.ts'

/** What may be done with a request when things go wrong. */
export interface CallRules {
  /** It may be sent again on the next connection: the service knows its id again, or doing it twice changes nothing. */
  readonly repeats: boolean
  /** Given up in silence when it cannot go at once, or its connection ends. */
  readonly isVolatile?: boolean
  /** A service that does not answer it in time is not there any more; an application's own handlers may take longer. */
  readonly isPrompt?: boolean
  /** Goes before all others; given up with its connection. */
  readonly isUrgent?: boolean
  /** Waits until the room is followed on this connection. */
  readonly needsRoom?: boolean
  /** Waits while the service is asked what was missed in the room: an answer that came first would skip that. */
  readonly needsReturn?: boolean
  /** The service knows its id again for the same user only. */
  readonly isByUser?: boolean
  /** Not counted among what may wait: there are never many of them. */
  readonly isUnbounded?: boolean
}

/** What a request says. */
export interface Envelope {
  readonly type: string
  readonly id: string
  readonly room?: string | undefined
  readonly payload?: unknown
}

/** A request on its way to an answer. */
export class Call {
  readonly envelope: Envelope
  readonly rules: CallRules
  /** How it is said, and the bytes of that. */
  readonly frame: Frame
  readonly size: number
  readonly madeAt = Date.now()
  /** Resolves with the frame that answers; with undefined where a volatile one was given up. */
  readonly answer: Promise<Message | undefined>
  /** When it was sent on this connection; undefined while no answer is on its way. */
  sentAt: number | undefined
  /** When it may be sent. */
  dueAt = 0
  /** An attempt was made that may have succeeded. */
  mayHaveArrived = false
  resolve: (frame: Message | undefined) => void = () => {}
  reject: (error: unknown) => void = () => {}

  constructor (envelope: Envelope, rules: CallRules, frame: Frame) {
    this.envelope = envelope
    this.rules = rules
    this.frame = frame
    this.size = byteLength(frame)
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
