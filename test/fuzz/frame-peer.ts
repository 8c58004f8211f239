import { CLOSE, clientFrame } from '../support/wire-frames.ts'
import { FrameReader } from './frame-reader.ts'
import { Line, type LineEnds, type Receiver } from './line.ts'
import type { Watchdog } from './watchdog.ts'

/** How a wait ended: with the answer, with the end of the connection (and its close code, where there was one), or not in time. */
export type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused', readonly status: number }
  | { readonly kind: 'closed', readonly code: number | undefined }
  | { readonly kind: 'failed', readonly error: NodeJS.ErrnoException }
  | { readonly kind: 'late' }

/** What a peer tells while it waits. */
export interface PeerParts {
  readonly ends: LineEnds
  readonly watchdog: Watchdog
  /** Told of each frame but close frames; the payload is overwritten afterwards. */
  readonly onFrame: (opcode: number, payload: Buffer) => void
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const STATUS = /^HTTP\/1\.1 (\d{3})/
const NO_CODE = 1005

/** The client's end of a WebSocket, which knows no rules. Waits for one thing at a time. */
export class FramePeer implements Receiver {
  readonly #line: Line
  readonly #reader: FrameReader
  #head: Buffer | undefined = Buffer.alloc(0)
  #isOpen = false
  #code: number | undefined
  #sentinel: Buffer | undefined
  #staysMute = false
  #over: Outcome | undefined
  #settle: ((outcome: Outcome) => void) | undefined

  constructor ({ ends, watchdog, onFrame }: PeerParts) {
    this.#reader = new FrameReader((opcode, payload) => {
      if (opcode === CLOSE) return this.#onClose(payload)
      onFrame(opcode, payload)
      if (this.#sentinel !== undefined && payload.includes(this.#sentinel)) this.#answer()
    })
    this.#line = new Line(ends, watchdog, this)
  }

  /** Makes the handshake with this text. */
  async open (handshake: string, withinMs: number): Promise<Outcome> {
    this.#line.write(handshake)
    return await this.#wait(withinMs)
  }

  /** Sends bytes, in two parts if there is a place to cut at, and waits for a frame that holds the text. */
  async ask (bytes: Buffer, sentinel: string, { cutAt = 0, withinMs }: { cutAt?: number, withinMs: number }): Promise<Outcome> {
    this.#sentinel = Buffer.from(sentinel)
    this.#send(bytes, cutAt)
    return await this.#wait(withinMs)
  }

  /** Sends bytes, leaves if that is wanted, and waits for the end of the connection. */
  async last (bytes: Buffer, { leaves, mute = false, withinMs }: { leaves?: 'end' | 'reset' | undefined, mute?: boolean, withinMs: number }): Promise<Outcome> {
    this.#staysMute = mute
    this.#send(bytes, 0)
    if (leaves === 'end') this.#line.finish()
    if (leaves === 'reset') this.#line.reset()
    return await this.#wait(withinMs)
  }

  /** Is gone at once. */
  destroy (): void {
    this.#line.destroy()
  }

  onBytes (chunk: Buffer): void {
    if (this.#isOpen) return this.#reader.push(chunk)
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), chunk])
    const end = head.indexOf(END_OF_HEAD)
    if (end === -1) {
      this.#head = head
      return
    }
    this.#head = undefined
    this.#onHead(Number(STATUS.exec(head.toString('latin1', 0, 16))?.[1] ?? 0), head.subarray(end + END_OF_HEAD.length))
  }

  onEnd (error: NodeJS.ErrnoException | undefined): void {
    const isRefused = error !== undefined && !this.#isOpen && error.code !== 'ECONNRESET' && error.code !== 'EPIPE'
    this.#finish(isRefused ? { kind: 'failed', error } : { kind: 'closed', code: this.#code })
  }

  onLate (): void {
    this.#finish({ kind: 'late' })
    this.#line.destroy()
  }

  #onHead (status: number, rest: Buffer): void {
    if (status !== 101) {
      this.#finish({ kind: 'refused', status })
      this.#line.destroy()
      return
    }
    this.#isOpen = true
    this.#answer()
    this.#reader.push(rest)
  }

  /** A peer in order answers with the same code and ends its side; a mute one does nothing. */
  #onClose (payload: Buffer): void {
    this.#code ??= payload.length < 2 ? NO_CODE : payload.readUInt16BE()
    if (this.#staysMute) return
    this.#line.write(clientFrame(CLOSE, Buffer.from(payload)))
    this.#line.finish()
  }

  #send (bytes: Buffer, cutAt: number): void {
    if (cutAt <= 0 || cutAt >= bytes.length) return this.#line.write(bytes)
    this.#line.write(bytes.subarray(0, cutAt))
    setImmediate(() => this.#line.write(bytes.subarray(cutAt)))
  }

  async #wait (withinMs: number): Promise<Outcome> {
    if (this.#over !== undefined) return this.#over
    this.#line.expectWithin(withinMs)
    return await new Promise((resolve) => { this.#settle = resolve })
  }

  #answer (): void {
    this.#sentinel = undefined
    this.#line.deadline = Infinity
    this.#settle?.({ kind: 'answered' })
    this.#settle = undefined
  }

  #finish (outcome: Outcome): void {
    this.#over ??= outcome
    this.#settle?.(this.#over)
    this.#settle = undefined
  }
}
