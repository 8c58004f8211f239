import { connect, type Socket } from 'node:net'
import type { Teardown } from '../helper.ts'

/** An answer as it came over the wire. */
export interface HttpAnswer {
  readonly status: number
  /** By name in lower case; the last one where a name stands twice. */
  readonly headers: Record<string, string>
  readonly body: string
  /** Parsed body; throws when it is no JSON. */
  json (): unknown
}

/** What a handshake is made of; each part may be left out or be wrong. */
export interface HandshakeParts {
  readonly path?: string
  readonly method?: string
  readonly version?: string
  readonly headers?: Record<string, string | undefined>
  /** Further header lines as they are. */
  readonly lines?: readonly string[]
}

/** A connection without an HTTP client in between. */
export class HttpPeer {
  readonly socket: Socket
  /** Resolves when the connection is gone, however it ended. */
  readonly closed: Promise<void>
  #received = Buffer.alloc(0)
  #isClosed = false
  #wake: () => void = () => {}

  constructor (socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true
        this.#wake()
        resolve()
      })
    })
    // A reset shows in `closed`.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
  }

  /** Everything received and not taken as a response. */
  get rest (): string {
    return this.#received.toString('latin1')
  }

  write (text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** The next response; rejects when the connection ends before there is one. */
  async response (): Promise<HttpAnswer> {
    for (;;) {
      const response = this.#take()
      if (response !== undefined) return response
      if (this.#isClosed) throw new Error(`the connection closed without a whole response, received: ${this.rest}`)
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }

  #take (): HttpAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const [statusLine = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(lines.map((line) => {
      const [name = '', ...value] = line.split(':')
      return [name.toLowerCase(), value.join(':').trim()]
    }))
    const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0)
    if (this.#received.length < bodyEnd) return undefined
    const body = this.#received.subarray(end + 4, bodyEnd).toString()
    this.#received = this.#received.subarray(bodyEnd)
    return { status: Number(statusLine.split(' ')[1]), headers, body, json: () => JSON.parse(body) }
  }
}

/** Opens a connection; ends with the test. */
export async function connectHttp (t: Teardown, address: string): Promise<HttpPeer> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  const peer = new HttpPeer(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return peer
}

/** Sends a text on a connection of its own and takes the answer. */
export async function exchange (t: Teardown, address: string, text: string): Promise<HttpAnswer> {
  const peer = await connectHttp(t, address)
  peer.write(text)
  return await peer.response()
}

/** The text of a handshake; a header set to undefined is left out. */
export function handshake ({ path = '/ws', method = 'GET', version = '1.1', headers = {}, lines = [] }: HandshakeParts = {}): string {
  const all: Record<string, string | undefined> = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers
  }
  const named = Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}`])
  return [`${method} ${path} HTTP/${version}`, ...named, ...lines, '', ''].join('\r\n')
}
