import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { ReceivedFrame } from '../client.ts'
import type { Teardown } from '../helper.ts'
import { clientFrame, FrameSplitter, TEXT, type WireFrame } from './wire-frames.ts'

const END_OF_HEADERS = '\r\n\r\n'

/** A peer without a WebSocket library: answers no ping, no close frame and no FIN, reads only when it wants to, sees every byte. */
export class RawPeer {
  readonly socket: Socket
  /** Resolves when nothing more can come. */
  readonly ended: Promise<void>
  readonly #splitter = new FrameSplitter()
  readonly #frames: WireFrame[] = []
  #waiting: Array<() => void> = []
  #hasEnded = false

  constructor (socket: Socket) {
    this.socket = socket
    // A reset is one of the ends that tests look for; it shows in `ended`.
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      for (const event of ['end', 'close']) socket.once(event, () => { this.#hasEnded = true; resolve(); this.#wake() })
    })
  }

  /** Takes bytes that came after the handshake. */
  receive (chunk: Buffer): void {
    this.#frames.push(...this.#splitter.push(chunk))
    this.#wake()
  }

  /** Sends envelopes, or bytes as they are, all in one segment. */
  send (...parts: Array<object | Buffer>): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.isBuffer(part) ? part : clientFrame(TEXT, JSON.stringify(part)))))
  }

  /** The next frame that is of the given opcode; undefined when the connection ends first. */
  async next (opcode?: number): Promise<WireFrame | undefined> {
    for (;;) {
      const index = this.#frames.findIndex((frame) => opcode === undefined || frame.opcode === opcode)
      if (index !== -1) return this.#frames.splice(index, 1)[0]
      if (this.#hasEnded) return undefined
      await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
    }
  }

  /** The envelope of the next text frame that is of the given type. */
  async message (type: string): Promise<ReceivedFrame> {
    for (;;) {
      const frame = await this.next(TEXT)
      if (frame === undefined) throw new Error(`the connection ended before a frame of type ${type}`)
      const envelope: ReceivedFrame = JSON.parse(frame.payload.toString())
      if (envelope.type === type) return envelope
    }
  }

  /** Reads to the end of the connection; returns all frames not asked for yet. */
  async rest (): Promise<WireFrame[]> {
    this.socket.resume()
    await this.ended
    return this.#frames.splice(0)
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** Makes a handshake over a bare socket; ends with the test. */
export async function connectRaw (t: Teardown, address: string, { path = '/ws', token = '', origin = '' } = {}): Promise<RawPeer> {
  const { hostname, port, host } = new URL(address)
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  const target = token === '' ? path : `${path}?token=${token}`
  socket.write([
    `GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket',
    'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...(origin === '' ? [] : [`Origin: ${origin}`]), '', ''
  ].join('\r\n'))
  return await upgraded(socket)
}

async function upgraded (socket: Socket): Promise<RawPeer> {
  let head = Buffer.alloc(0)
  while (!head.includes(END_OF_HEADERS)) {
    const [chunk]: Buffer[] = await once(socket, 'data')
    head = Buffer.concat([head, chunk ?? Buffer.alloc(0)])
  }
  if (!head.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) throw new Error(`not upgraded: ${head.toString()}`)
  const peer = new RawPeer(socket)
  peer.receive(head.subarray(head.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length))
  socket.on('data', (chunk: Buffer) => peer.receive(chunk))
  return peer
}
