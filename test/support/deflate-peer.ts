import type { Socket } from 'node:net'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Teardown } from '../helper.ts'
import { connectHttp, handshake, type HttpPeer } from './http-peer.ts'
import { clientFrame } from './wire-frames.ts'

/** First bytes of whole frames. */
export const PLAIN = 0x81
export const COMPRESSED = 0xc1
export const CLOSE_FRAME = 0x88
export const PING_FRAME = 0x89

/** One frame with its whole first byte, which tells whether it is compressed; the content is unpacked. */
export interface SeenFrame {
  readonly first: number
  /** On the wire, with its header. */
  readonly length: number
  readonly content: Buffer
}

const flush = { finishFlush: constants.Z_SYNC_FLUSH }
const FLUSH_MARK = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** A peer that offers what it is told to and keeps every frame as it came. */
export class DeflatePeer {
  /** What the server answered to the offer; undefined when it declined. */
  readonly extensions: string | undefined
  /** Resolves when the connection is gone, however it ended. */
  readonly closed: Promise<void>
  /** All whole frames received so far. */
  readonly frames: SeenFrame[] = []
  readonly #socket: Socket
  #rest: Buffer

  constructor ({ socket, closed, rest }: HttpPeer, extensions: string | undefined) {
    this.extensions = extensions
    this.closed = closed
    this.#socket = socket
    this.#rest = Buffer.from(rest, 'latin1')
    this.#split()
    socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk])
      this.#split()
    })
  }

  /** The envelopes received so far, compressed or not. */
  get envelopes (): Array<Record<string, unknown>> {
    return this.frames.filter(({ first }) => first === PLAIN || first === COMPRESSED).map(({ content }) => JSON.parse(content.toString()))
  }

  send (...frames: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(frames))
  }

  /** Ends its own side of the TCP connection. */
  end (): void {
    this.#socket.end()
  }

  #split (): void {
    for (let frame = readFrame(this.#rest); frame !== undefined; frame = readFrame(this.#rest)) {
      this.frames.push(frame)
      this.#rest = this.#rest.subarray(frame.length)
    }
  }
}

/** Makes a handshake that offers extensions; ends with the test. */
export async function connectDeflate (t: Teardown, address: string, token: string, offer = 'permessage-deflate'): Promise<DeflatePeer> {
  const peer = await connectHttp(t, address)
  peer.write(handshake({ path: `/ws?token=${token}`, headers: { 'sec-websocket-extensions': offer } }))
  const { status, headers } = await peer.response()
  if (status !== 101) throw new Error(`not upgraded: ${status}`)
  return new DeflatePeer(peer, headers['sec-websocket-extensions'])
}

/** Compresses as RFC 7692 section 7.2.1 has it. */
export function deflate (text: string | Buffer): Buffer {
  return deflateRawSync(text, flush).subarray(0, -FLUSH_MARK.length)
}

/** A compressed message as a client sends it, in as many frames as there are pieces. */
export function compressedFrames (...pieces: readonly Buffer[]): Buffer[] {
  return pieces.map((piece, index) => {
    const frame = clientFrame(index === 0 ? 0x1 : 0x0, piece)
    frame[0] = (index === 0 ? 0x41 : 0x00) | (index === pieces.length - 1 ? 0x80 : 0x00)
    return frame
  })
}

/** An envelope as one compressed frame. */
export function compressedMessage (envelope: object): Buffer {
  return Buffer.concat(compressedFrames(deflate(JSON.stringify(envelope))))
}

function readFrame (bytes: Buffer): SeenFrame | undefined {
  const [first = 0, second = 0] = bytes
  const headerLength = second === 127 ? 10 : second === 126 ? 4 : 2
  if (bytes.length < headerLength) return undefined
  const length = headerLength + (second === 127 ? Number(bytes.readBigUInt64BE(2)) : second === 126 ? bytes.readUInt16BE(2) : second)
  if (bytes.length < length) return undefined
  const payload = bytes.subarray(headerLength, length)
  return { first, length, content: first === COMPRESSED ? inflateRawSync(Buffer.concat([payload, FLUSH_MARK]), flush) : payload }
}
