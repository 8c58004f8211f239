import { randomUUID } from 'node:crypto'
import type WebSocket from 'ws'
import { isRecord } from '../../guards.ts'
import { describeClose } from '../describe-close.ts'
import { within } from './within.ts'

/** An envelope that came; `undefined` fields were absent or no texts. */
export interface Frame {
  readonly type: string
  readonly id: string | undefined
  readonly room: string | undefined
  readonly timestamp: string | undefined
  readonly seq: unknown
  readonly payload: unknown
  /** When it came, ms on the clock of `performance.now`. */
  readonly at: number
}

/** How a connection ended. */
export interface Ended {
  readonly code: number
  readonly reason: string
}

/** The connection ended while something was waited for. */
export class LineEnded extends Error {
  override readonly name = 'LineEnded'
  readonly ended: Ended

  constructor (ended: Ended) {
    super(`the connection was closed with ${endText(ended)}`)
    this.ended = ended
  }
}

/** Close code and meaning of an end, without what a client should do then. */
export function endText (ended: Ended): string {
  return describeClose(ended).replace(/;.*/, '')
}

interface Waiting {
  readonly matches: (frame: Frame) => boolean
  readonly resolve: (frame: Frame) => void
  readonly reject: (error: Error) => void
}

/** An open connection to the service; keeps what comes until it is asked for. */
export class Line {
  /** Resolves when it has ended, however; never rejects. */
  readonly ended: Promise<Ended>
  /** Protocol pings that came. */
  pings = 0
  readonly #socket: WebSocket
  readonly #timeoutMs: number
  readonly #inbox: Frame[] = []
  #waiting: Waiting[] = []
  #end: Ended | undefined

  constructor (socket: WebSocket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    // At once: the first frame may come with the answer to the handshake.
    socket.on('message', (data) => this.#receive(readFrame(String(data))))
    socket.on('ping', () => { this.pings += 1 })
    this.ended = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#stop({ code, reason: reason.toString() })
        resolve({ code, reason: reason.toString() })
      })
    })
  }

  get isOpen (): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** Sends an envelope, or a binary frame. */
  send (content: object): void {
    if (this.isOpen) this.#socket.send(Buffer.isBuffer(content) ? content : JSON.stringify(content))
  }

  /** Sends a request and waits for the direct reply, an error included. Throws when none comes in time. */
  async request (envelope: { readonly type: string }): Promise<Frame> {
    const id = randomUUID()
    this.send({ ...envelope, id })
    // A message of another connection carries an id, too.
    return await this.next((frame) => frame.id === id, `an answer to ${envelope.type}`)
  }

  /** The next frame that matches, from those that came already on; others stay. Throws when none comes in time. */
  async next (matches: (frame: Frame) => boolean, what: string): Promise<Frame> {
    const index = this.#inbox.findIndex(matches)
    const [frame] = index === -1 ? [] : this.#inbox.splice(index, 1)
    if (frame !== undefined) return frame
    if (this.#end !== undefined) throw new LineEnded(this.#end)
    const coming = new Promise<Frame>((resolve, reject) => { this.#waiting.push({ matches, resolve, reject }) })
    try {
      return await within(coming, this.#timeoutMs, what)
    } finally {
      // Nobody takes it any more, should it still come.
      this.#waiting = this.#waiting.filter((waiting) => waiting.matches !== matches)
    }
  }

  /** Closes in order and waits for the answer; throws when it does not come in time. */
  async close (): Promise<Ended> {
    this.#socket.close(1000)
    return await within(this.ended, this.#timeoutMs, 'the answer to the close frame')
  }

  /** Breaks it without a word. */
  cut (): void {
    this.#socket.terminate()
  }

  #receive (frame: Frame): void {
    const index = this.#waiting.findIndex(({ matches }) => matches(frame))
    const [waiting] = index === -1 ? [] : this.#waiting.splice(index, 1)
    if (waiting === undefined) this.#inbox.push(frame)
    else waiting.resolve(frame)
  }

  #stop (ended: Ended): void {
    this.#end = ended
    for (const { reject } of this.#waiting.splice(0)) reject(new LineEnded(ended))
  }
}

function readFrame (text: string): Frame {
  const at = performance.now()
  const envelope = parse(text)
  const textAt = (name: string): string | undefined => typeof envelope[name] === 'string' ? envelope[name] : undefined
  return {
    type: textAt('type') ?? 'unreadable', id: textAt('id'), room: textAt('room'), timestamp: textAt('timestamp'), seq: envelope['seq'], payload: envelope['payload'], at
  }
}

function parse (text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
