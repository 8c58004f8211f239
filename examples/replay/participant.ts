import { once } from 'node:events'
import { WebSocket } from 'ws'
import { readFrame, readPosition, readUserIds, type Frame } from './frame.ts'
import type { Copy } from './ledger.ts'

/** What a participant tells about; `onTrouble` gets what should never happen, with the line of the log. */
export interface ParticipantOptions {
  readonly url: string
  readonly token: string
  readonly room: string
  readonly name: string
  /** Makes request ids that no other run uses: an id is an idempotency key for some minutes. */
  readonly nextId: () => string
  readonly onCopy: (seq: number, copy: Copy) => void
  readonly onTrouble: (error: Error) => void
}

interface Pending {
  readonly line: number
  readonly take: (frame: Frame) => void
  readonly fail?: (error: Error) => void
}

const REPLY_TIMEOUT_MS = 15_000

/** One connection of one person: connects, joins, speaks and leaves. */
export class Participant {
  readonly #options: ParticipantOptions
  readonly #socket: WebSocket
  readonly #pending = new Map<string, Pending>()
  #ending = false
  #line: number

  constructor (options: ParticipantOptions, line: number) {
    this.#options = options
    this.#line = line
    this.#socket = new WebSocket(options.url, {
      headers: { authorization: `Bearer ${options.token}` },
      perMessageDeflate: false,
      handshakeTimeout: REPLY_TIMEOUT_MS
    })
    this.#socket.on('message', (data) => this.#guard(() => this.#take(readFrame(data.toString()))))
    this.#socket.on('close', (code, reason) => this.#socketOnClose(code, reason.toString()))
    this.#socket.on('error', (error) => this.#complain(error.message))
  }

  /** Resolves when the service has accepted the connection. */
  async connected (): Promise<void> {
    await once(this.#socket, 'open')
  }

  /** Connects and becomes a member; resolves to the room's position then. */
  async join (): Promise<number> {
    await this.connected()
    return readPosition(await this.#ask('join_room'))
  }

  /** The ids of those whom the service has in the room, in no order; for this one need not be a member. */
  async members (): Promise<string[]> {
    return readUserIds(await this.#ask('online_users'))
  }

  /** Stops being a member and closes; what was delivered before is here when it resolves. */
  async leave (line: number): Promise<void> {
    this.#line = line
    await this.#ask('leave_room')
    this.#ending = true
    this.#socket.close(1000)
    await once(this.#socket, 'close')
  }

  /** Says something without waiting; `onAck` gets its place in the room's order. */
  say (line: number, payload: object, onAck: (seq: number) => void): void {
    this.#line = line
    this.#send('send_message', { line, take: (frame) => onAck(readPosition(frame)) }, payload)
  }

  /** Ends the connection at once, if it is still there. */
  terminate (): void {
    this.#ending = true
    this.#socket.terminate()
  }

  async #ask (type: string): Promise<Frame> {
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(this.#errorFor(`no answer to ${type}`)), REPLY_TIMEOUT_MS)
        this.#send(type, { line: this.#line, take: resolve, fail: reject })
      })
    } finally {
      clearTimeout(timer)
    }
  }

  #send (type: string, pending: Pending, payload?: object): void {
    const { nextId, room } = this.#options
    const id = nextId()
    this.#pending.set(id, pending)
    this.#socket.send(JSON.stringify({ type, id, room, payload }))
  }

  #take (frame: Frame): void {
    const { type, id = '', seq, senderId, payload } = frame
    if (type === 'new_message') {
      if (seq === undefined) throw new Error('message without a seq')
      this.#options.onCopy(seq, { senderId, content: payload.content, action: payload.action === true })
      return
    }
    const pending = this.#pending.get(id)
    if (type === 'error' || type === 'gap') return this.#complain(`${type} ${JSON.stringify(payload)}`, pending?.line)
    this.#pending.delete(id)
    pending?.take(frame)
  }

  #guard (task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error))
    }
  }

  #socketOnClose (code: number, reason: string): void {
    this.#complain(`connection closed with ${code} ${reason}`.trimEnd())
  }

  #complain (text: string, line = this.#line): void {
    if (this.#ending) return
    const error = this.#errorFor(text, line)
    this.#options.onTrouble(error)
    for (const { fail } of this.#pending.values()) fail?.(error)
  }

  #errorFor (text: string, line = this.#line): Error {
    return new Error(`line ${line}, ${this.#options.name}: ${text}`)
  }
}
