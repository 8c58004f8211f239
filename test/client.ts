import { randomUUID } from 'node:crypto'
import WebSocket from 'ws'
import type { Teardown } from './helper.ts'
import { checkFrame } from './support/frame-check.ts'

/** A frame as a client sees it. */
export interface ReceivedFrame {
  readonly type: string
  readonly id?: string
  readonly room?: string
  readonly payload: Record<string, unknown>
  readonly sender?: { readonly id: string, readonly name: string }
  readonly timestamp: string
  readonly seq?: number
  readonly topic?: string
  readonly error?: string
}

/** How a connection ended. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/** How to connect. */
export interface ConnectOptions {
  readonly token?: string
  /** Path and further query; `/ws` by default. */
  readonly path?: string
  readonly protocols?: string[]
  readonly headers?: Record<string, string>
  readonly origin?: string
  /** False for a peer that does not answer pings. */
  readonly autoPong?: boolean
  /** False where frames are not those of `hub.v1`, or not as described on purpose; else one that is not as described fails the test. */
  readonly checksFrames?: boolean
}

/** A real client over a real socket, which keeps what it receives until it is asked for. */
export class TestClient {
  readonly socket: WebSocket
  readonly closed: Promise<Closed>
  /** Frames not asked for yet, in order. */
  readonly inbox: ReceivedFrame[] = []
  #waiting: Array<() => void> = []
  /** An id of a publish is a key: no two clients of a user may share any. */
  readonly #idPrefix = randomUUID().slice(0, 8)
  #requests = 0
  #isClosed = false

  constructor (socket: WebSocket, checksFrames = true) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#isClosed = true
        this.#wake()
        resolve({ code, reason: reason.toString() })
      })
    })
    // A refused handshake or a cut connection shows in `closed`.
    socket.on('error', () => {})
    socket.on('message', (data) => {
      const frame: ReceivedFrame = JSON.parse(String(data))
      if (checksFrames) checkFrame(frame)
      this.inbox.push(frame)
      this.#wake()
    })
  }

  /** Sends an envelope, or a text as it is. */
  send (frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** Sends a request, with an id of its own unless it brings one, and waits for the direct reply to it, an error included. */
  async request (envelope: object): Promise<ReceivedFrame> {
    this.#requests += 1
    const id = 'id' in envelope ? envelope.id : this.lastId
    this.send({ id, ...envelope })
    return await this.#take((frame) => frame.id === id && frame.sender === undefined)
  }

  /** The id of the last request that had none. */
  get lastId (): string {
    return `${this.#idPrefix}-${this.#requests}`
  }

  /** The next frame, or the next of a type; earlier ones of other types stay in the inbox. */
  async next (type?: string): Promise<ReceivedFrame> {
    return await this.#take((frame) => type === undefined || frame.type === type)
  }

  /** Everything received up to the answer to a ping: what the server sent before it is there. */
  async drain (): Promise<ReceivedFrame[]> {
    await this.request({ type: 'ping' })
    return this.inbox.splice(0)
  }

  /** Closes in order and waits for the end. */
  async close (code = 1000): Promise<Closed> {
    this.socket.close(code)
    return await this.closed
  }

  async #take (matches: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    for (;;) {
      const index = this.inbox.findIndex(matches)
      const [frame] = index === -1 ? [] : this.inbox.splice(index, 1)
      if (frame !== undefined) return frame
      if (this.#isClosed) throw new Error(`the connection closed first; received: ${JSON.stringify(this.inbox)}`)
      await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
    }
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** Starts a handshake; what comes of it shows in the client's frames or in `closed`. Ends with the test. */
export function connect (t: Teardown, address: string, options: ConnectOptions = {}): TestClient {
  const { token, path = '/ws', protocols = [], headers, origin, autoPong = true, checksFrames } = options
  const url = new URL(path, address.replace(/^http/, 'ws'))
  if (token !== undefined) url.searchParams.set('token', token)
  const socket = new WebSocket(url, protocols, { ...(headers && { headers }), ...(origin !== undefined && { origin }), autoPong })
  t.teardown(() => socket.terminate())
  return new TestClient(socket, checksFrames)
}

/** How a handshake was refused over HTTP. */
export interface Refusal {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Record<string, unknown>
}

/** Makes a handshake that is expected to be refused with an HTTP status. */
export async function refusedHandshake (t: Teardown, address: string, options: ConnectOptions = {}): Promise<Refusal> {
  const { socket } = connect(t, address, options)
  return await new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('the handshake was accepted')))
    socket.once('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk) => { text += chunk })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }))
    })
  })
}
