import { connect, type OnReadOpts, type Socket } from 'node:net'
import { clientFrame, closeFrame, OPCODE } from '../../bench/load/client-frame.ts'
import { FrameParser, type FrameSink } from '../../bench/load/frame-parser.ts'
import { upgradeRequest } from '../../bench/load/handshake.ts'

const END_OF_HEAD = '\r\n\r\n'
const DEADLINE_MS = 20_000
const READ_BUFFER_BYTES = 65_536
/** A read is over before the next one begins. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

/** Where a peer comes from and goes to. */
export interface Route {
  /** Of the socket: `http://host:port/path?query`. */
  readonly url: URL
  /** Address of this machine. */
  readonly localAddress: string
  readonly token?: string
}

interface Waiting {
  readonly isIt: (text: string) => boolean
  readonly resolve: (text: string) => void
  readonly reject: (error: Error) => void
}

/** The least that is a WebSocket client, on a bare socket: thousands a second. It may be broken off anywhere. */
export class ChurnPeer implements FrameSink {
  readonly socket: Socket
  /** Resolves when the socket is closed, however. */
  readonly ended: Promise<void>
  readonly #parser = new FrameParser(this)
  readonly #route: Route
  readonly #deadline: NodeJS.Timeout
  #head: string | undefined = ''
  #waiting: Waiting | undefined
  /** Texts that came before anybody asked for them. */
  #early: string[] = []
  #closeCode: number | undefined
  #isMute = false
  #hasEnded = false

  constructor (route: Route) {
    this.#route = route
    const { hostname, port } = route.url
    const onread: OnReadOpts = {
      buffer: readBuffer,
      callback: (length) => {
        this.#onBytes(readBuffer, length)
        return true
      }
    }
    this.socket = connect({ host: hostname, port: Number(port), localAddress: route.localAddress, noDelay: true, onread })
    // What went wrong shows in the end that follows.
    this.socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.#onEnd('the connection ended')
        resolve()
      })
    })
    this.#deadline = setTimeout(() => {
      this.#onEnd(`not done after ${DEADLINE_MS} ms`)
      this.socket.destroy()
    }, DEADLINE_MS)
  }

  /** The code of the server's close frame. */
  get closeCode (): number | undefined {
    return this.#closeCode
  }

  /** The whole request that asks for a WebSocket. */
  get request (): string {
    return upgradeRequest(this.#route.url, this.#route.token)
  }

  /** Sends a request, and resolves to the head of the answer. */
  async ask (request = this.request): Promise<string> {
    const answered = this.#next((text) => text.includes(END_OF_HEAD))
    this.socket.write(request)
    return await answered
  }

  /** Shakes hands, and resolves to the greeting. Rejects when that is refused. */
  async open (): Promise<string> {
    const head = await this.ask()
    if (!head.startsWith('HTTP/1.1 101 ')) throw new Error(`refused: ${head.split('\r\n')[0]}`)
    return await this.receive('connected')
  }

  /** Sends an envelope, and resolves to the next one of a type. */
  async exchange (envelope: object, type: string): Promise<string> {
    const answered = this.receive(type)
    this.write(textFrame(envelope))
    return await answered
  }

  /** The next envelope of a type. Rejects for an error, and when the connection ends. */
  async receive (type: string): Promise<string> {
    const begin = `{"type":"${type}"`
    const text = await this.#next((text) => text.startsWith(begin) || text.startsWith('{"type":"error"'))
    if (!text.startsWith(begin)) throw new Error(text)
    return text
  }

  write (bytes: Buffer): void {
    this.socket.write(bytes)
  }

  /** Closes in order; resolves when the server has, too. */
  async close (): Promise<void> {
    this.socket.write(closeFrame())
    await this.ended
  }

  /** Ends it with a reset, which the server may learn of in the middle of whatever it does. */
  reset (): void {
    this.#stopWaiting()
    this.socket.resetAndDestroy()
  }

  /** From now on nothing is answered; what comes is still taken. */
  fallSilent (): void {
    this.#isMute = true
    clearTimeout(this.#deadline)
  }

  onFrame (opcode: number, bytes: Buffer, start: number, end: number): void {
    if (this.#isMute) return
    if (opcode === OPCODE.text) this.#tell(bytes.toString('latin1', start, end))
    else if (opcode === OPCODE.ping) this.write(clientFrame(OPCODE.pong, bytes.subarray(start, end)))
    else if (opcode === OPCODE.close) this.#onClose(end - start >= 2 ? bytes.readUInt16BE(start) : 1005)
  }

  #onClose (code: number): void {
    this.#closeCode = code
    this.socket.end()
  }

  #onBytes (bytes: Buffer, length: number): void {
    if (this.#head === undefined) return this.#parser.push(bytes, 0, length)
    this.#head += bytes.toString('latin1', 0, length)
    const end = this.#head.indexOf(END_OF_HEAD)
    if (end === -1) return
    const head = this.#head
    this.#head = undefined
    const rest = length - (head.length - end - END_OF_HEAD.length)
    this.#tell(head.slice(0, end + END_OF_HEAD.length))
    if (head.startsWith('HTTP/1.1 101 ')) this.#parser.push(bytes, rest, length)
  }

  #tell (text: string): void {
    const waiting = this.#waiting
    if (waiting === undefined) this.#early.push(text)
    if (waiting?.isIt(text) !== true) return
    this.#waiting = undefined
    waiting.resolve(text)
  }

  #next (isIt: Waiting['isIt']): Promise<string> {
    const early = this.#early.splice(0).find(isIt)
    if (early !== undefined) return Promise.resolve(early)
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) reject(new Error('the connection has ended'))
      else this.#waiting = { isIt, resolve, reject }
    })
  }

  #onEnd (why: string): void {
    this.#hasEnded = true
    clearTimeout(this.#deadline)
    this.#waiting?.reject(new Error(this.#closeCode === undefined ? why : `${why} with ${this.#closeCode}`))
    this.#waiting = undefined
  }

  #stopWaiting (): void {
    clearTimeout(this.#deadline)
    this.#waiting = undefined
  }
}

/** A masked frame with an envelope. */
export function textFrame (envelope: object): Buffer {
  return clientFrame(OPCODE.text, Buffer.from(JSON.stringify(envelope)))
}
