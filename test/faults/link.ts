import WebSocket from 'ws'
import { isRecord } from '../../src/guards.ts'

/** As much of a frame from the server as a client goes by. */
export interface Incoming {
  readonly type: string
  readonly id: string | undefined
  /** Of a frame with a place in a stream. */
  readonly topic: string | undefined
  readonly seq: number | undefined
  readonly payload: Readonly<Record<string, unknown>>
}

/** What a link tells. After the end it tells nothing. */
export interface LinkEvents {
  readonly onFrame: (frame: Incoming) => void
  /** The connection ended or never came about; 1006 unless a code was given. */
  readonly onEnd: (code: number) => void
}

/** One connection to one node. */
export class Link {
  readonly #socket: WebSocket

  constructor (url: string, handshakeTimeout: number, { onFrame, onEnd }: LinkEvents) {
    this.#socket = new WebSocket(url, { handshakeTimeout, perMessageDeflate: false })
    this.#socket.on('message', (data) => onFrame(readFrame(String(data))))
    // What an error was shows in the close that follows it.
    this.#socket.on('error', () => {})
    this.#socket.on('close', onEnd)
  }

  /** What is sent on a link that has ended is lost, as on any broken connection. */
  send (envelope: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(envelope))
  }

  /** Ends it without a word. */
  cut (): void {
    this.#socket.terminate()
  }
}

function readFrame (text: string): Incoming {
  const frame: unknown = JSON.parse(text)
  if (!isRecord(frame)) throw new Error(`not an envelope: ${text.slice(0, 100)}`)
  const { type, id, room, topic, seq, payload } = frame
  const roomTopic = typeof room === 'string' ? `room:${room}` : undefined
  return {
    type: String(type),
    id: typeof id === 'string' ? id : undefined,
    topic: typeof topic === 'string' ? topic : roomTopic,
    seq: typeof seq === 'number' ? seq : undefined,
    payload: isRecord(payload) ? payload : {}
  }
}
