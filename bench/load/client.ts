import { once } from 'node:events'
import type { Socket } from 'node:net'
import { bytesOf, clientFrame, closeFrame, OPCODE, readClose } from './client-frame.ts'
import { Expected } from './expected.ts'
import { FrameParser, type FrameSink } from './frame-parser.ts'
import { endOfUpgrade, upgradeRequest } from './handshake.ts'
import { RefusedError } from './refused-error.ts'
import { openTransport } from './transport.ts'
import type { Content, Reply, Wire } from './wire.ts'

/** Where to connect, and as whom. */
export interface ClientOptions {
  readonly url: URL
  readonly wire: Wire
  /** Place among all connections of the run. */
  readonly index: number
  readonly token?: string
}

/** Told of what arrives. The bytes are only valid during the call. */
export interface ClientListener {
  /** Returns false for a frame that it does not know. */
  onMessage (bytes: Buffer, start: number, end: number): boolean
  onRefused (code: string, number: number | undefined): void
  onPong (payload: string): void
  /** After each read, when all its frames have been told. */
  onRead (): void
  /** The connection ended without having been asked to. */
  onBroken (error: Error): void
}

/** The least that is a WebSocket client: shakes hands, answers pings, and hands on the bytes of what it receives. */
export class Client implements FrameSink {
  readonly #options: ClientOptions
  readonly #listener: ClientListener
  readonly #parser = new FrameParser(this)
  #socket: Socket | undefined
  /** The answer to the handshake as far as it is there; undefined once it is complete. */
  #head: Buffer | undefined = Buffer.alloc(0)
  readonly #expected = new Expected()
  /** Why the connection ends, as far as it is known. */
  #fault: Error | undefined
  #closing = false

  constructor (options: ClientOptions, listener: ClientListener) {
    this.#options = options
    this.#listener = listener
  }

  /** Resolves when the server takes requests; rejects, among others, when it was to be closed before. */
  async connect (): Promise<void> {
    if (this.#closing) throw new Error('closed')
    const { url, index, token, wire } = this.#options
    const socket = openTransport(url, index, (bytes, length) => this.#onBytes(bytes, length))
    this.#socket = socket
    socket.on('error', (error) => { this.#fault ??= error })
    socket.on('close', () => this.#onClose())
    const ready = this.#expected.next('ready')
    socket.write(upgradeRequest(url, token))
    await ready
    if (wire.hello !== undefined) await this.#ask(wire.hello, 'ready')
  }

  /** Becomes a member of a room. */
  async join (room: string): Promise<void> {
    await this.#ask(this.#options.wire.join(room), 'joined')
  }

  /** Sends frames as they are. */
  write (frames: Buffer): void {
    this.#socket?.write(frames)
  }

  ping (payload: string): void {
    this.write(clientFrame(OPCODE.ping, Buffer.from(payload)))
  }

  /** Closes in order; resolves when the connection has ended. */
  async close (): Promise<void> {
    this.#closing = true
    if (this.#socket === undefined || this.#socket.closed) return
    this.#socket.end(closeFrame())
    await once(this.#socket, 'close')
  }

  /** Ends the connection at once. */
  cut (): void {
    this.#closing = true
    this.#socket?.destroy()
  }

  onFrame (opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === this.#options.wire.opcode) this.#onMessage(bytes, start, end)
    else if (opcode === OPCODE.ping) this.write(clientFrame(OPCODE.pong, bytes.subarray(start, end)))
    else if (opcode === OPCODE.pong) this.#listener.onPong(bytes.toString('latin1', start, end))
    else if (opcode === OPCODE.close) this.#onCloseFrame(bytes.subarray(start, end))
  }

  async #ask (content: Content, kind: Reply['kind']): Promise<void> {
    const answered = this.#expected.next(kind)
    this.#say(content)
    await answered
  }

  #say (content: Content): void {
    this.write(clientFrame(this.#options.wire.opcode, bytesOf(content)))
  }

  #onBytes (bytes: Buffer, length: number): void {
    try {
      if (this.#head === undefined) this.#parser.push(bytes, 0, length)
      else this.#readHead(this.#head, bytes.subarray(0, length))
      this.#listener.onRead()
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error))
      this.#socket?.destroy()
    }
  }

  #readHead (earlier: Buffer, bytes: Buffer): void {
    const head = Buffer.concat([earlier, bytes])
    const end = endOfUpgrade(head)
    this.#head = end === undefined ? head : undefined
    if (end === undefined) return
    this.#expected.came('ready')
    this.#parser.push(head, end, head.length)
  }

  #onMessage (bytes: Buffer, start: number, end: number): void {
    if (this.#listener.onMessage(bytes, start, end)) return
    const reply = this.#options.wire.reply(bytes.subarray(start, end))
    if (reply.kind === 'probe') this.#say(reply.answer)
    else if (reply.kind === 'refused') this.#onRefused(reply.code, reply.number)
    else this.#expected.came(reply.kind)
  }

  #onRefused (code: string, number: number | undefined): void {
    if (number === undefined) this.#expected.fail(new RefusedError(`refused: ${code}`, { kind: 'request', code, reason: '' }))
    this.#listener.onRefused(code, number)
  }

  /** The server wants to end it, or answers that we do. */
  #onCloseFrame (payload: Buffer): void {
    this.#fault ??= readClose(payload)
    if (!this.#closing) this.#socket?.end(closeFrame())
  }

  #onClose (): void {
    if (this.#closing) return
    const error = new Error(`connection ${this.#options.index} ended: ${this.#fault?.message || 'cut off'}`, { cause: this.#fault })
    this.#expected.fail(error)
    this.#listener.onBroken(error)
  }
}
