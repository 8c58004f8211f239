import WebSocket from 'ws'
import { tokenFor, type Claims, type Teardown, type TestService } from '../helper.ts'
import { checkFrame } from './frame-check.ts'
import { decodeFrame, encodeRequest, type Envelope } from './hub-proto.ts'

/** A frame of the service as `hub.v1` has it. */
export type BinaryFrame = Envelope & { readonly payload: Record<string, unknown> }

/** A client of the binary dialect that is none of ours: the reference implementation of the format over a real socket. */
export class BinaryClient {
  readonly socket: WebSocket
  readonly closed: Promise<{ code: number, reason: string }>
  /** Frames not asked for yet, in order. */
  readonly inbox: BinaryFrame[] = []
  /** Bytes of each frame so far. */
  readonly sizes: number[] = []
  #wake = (): void => {}

  constructor (socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => { socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })) })
    socket.on('error', () => {})
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) throw new Error(`a text frame: ${data.toString()}`)
      const frame = decodeFrame(data) as BinaryFrame
      checkFrame(frame)
      this.sizes.push(data.length)
      this.inbox.push(frame)
      this.#wake()
    })
  }

  /** Sends an envelope; bytes and texts as they are. */
  send (frame: Envelope | Buffer | string): void {
    this.socket.send(Buffer.isBuffer(frame) || typeof frame === 'string' ? frame : encodeRequest(frame))
  }

  /** Sends a request and waits for what has its id. */
  async request (envelope: Envelope & { readonly id: string }): Promise<BinaryFrame> {
    this.send(envelope)
    return await this.take(({ id }) => id === envelope.id)
  }

  /** The next frame of a type; earlier ones of other types stay in the inbox. */
  async next (type: string): Promise<BinaryFrame> {
    return await this.take((frame) => frame.type === type)
  }

  async take (matches: (frame: BinaryFrame) => boolean): Promise<BinaryFrame> {
    for (;;) {
      const index = this.inbox.findIndex(matches)
      const [frame] = index === -1 ? [] : this.inbox.splice(index, 1)
      if (frame !== undefined) return frame
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}

/** Connects in the binary dialect and takes the greeting. Ends with the test. */
export async function connectBinary (t: Teardown, { address }: Pick<TestService, 'address'>, user: string | Claims, options: WebSocket.ClientOptions = {}): Promise<BinaryClient & { readonly welcome: BinaryFrame }> {
  const token = await tokenFor(typeof user === 'string' ? { sub: user, name: user } : user)
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, ['protobuf.v1', 'bearer', token], options)
  t.teardown(() => socket.terminate())
  const client = new BinaryClient(socket)
  return Object.assign(client, { welcome: await client.next('connected') })
}
