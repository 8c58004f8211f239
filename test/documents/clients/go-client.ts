import { once } from 'node:events'
import WebSocket from 'ws'
import type { Teardown } from '../../helper.ts'
import { readMessage, type PubsubMessage } from './pubsub-message.ts'

/** The Go client of document 002: dials, then reads and writes one message after the other. A frame that does not fit the struct fails its test. */
export class GoClient {
  readonly #socket: WebSocket
  readonly #texts: string[] = []
  #wake: () => void = () => {}
  #isClosed = false

  constructor (socket: WebSocket) {
    this.#socket = socket
    // What goes wrong shows in `dial`, or in the end of the connection.
    socket.on('error', () => {})
    socket.on('message', (data) => {
      this.#texts.push(String(data))
      this.#wake()
    })
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  /** `conn.WriteJSON(Message{…})`: fields that were not set go out as the zero values of the struct. */
  write (message: Partial<PubsubMessage> & Pick<PubsubMessage, 'type'>): void {
    this.#socket.send(JSON.stringify({ room: '', data: null, error: '', timestamp: 0, ...message }))
  }

  /** Writes a text as it is. */
  writeText (text: string): void {
    this.#socket.send(text)
  }

  /** `conn.ReadJSON(&message)`. Rejects when the connection has ended, or the next frame does not fit. */
  async read (): Promise<PubsubMessage> {
    while (this.#texts.length === 0 && !this.#isClosed) await new Promise<void>((resolve) => { this.#wake = resolve })
    const text = this.#texts.shift()
    if (text === undefined) throw new Error('the connection has ended')
    return readMessage(text)
  }

  /** Writes a message and reads the next one. */
  async ask (message: Parameters<GoClient['write']>[0]): Promise<PubsubMessage> {
    this.write(message)
    return await this.read()
  }

  /** All messages up to the answer to a ping: what the service has sent before it is among them. */
  async readAll (): Promise<PubsubMessage[]> {
    this.write({ type: 'ping' })
    const messages: PubsubMessage[] = []
    for (let message = await this.read(); message.type !== 'pong'; message = await this.read()) messages.push(message)
    return messages
  }

  /** Waits for the end, which the other side brings about; resolves with its close code. */
  async ended (): Promise<number> {
    const [code] = await once(this.#socket, 'close')
    return code
  }

  async close (): Promise<void> {
    this.#socket.close()
    if (!this.#isClosed) await once(this.#socket, 'close')
  }
}

/** `websocket.Dialer{Subprotocols: …}.Dial(url, nil)`; ends with the test. Rejects when the service refuses. */
export async function dial (t: Teardown, url: string, subprotocols: string[] = []): Promise<GoClient> {
  const socket = new WebSocket(url, subprotocols)
  t.teardown(() => socket.terminate())
  const client = new GoClient(socket)
  await once(socket, 'open')
  return client
}

/** A client that has read its `connected`, with the id it was given there. */
export interface Greeted {
  readonly client: GoClient
  readonly clientId: string
}

/** Dials and reads `connected`, as the sample does first. */
export async function dialGreeted (t: Teardown, url: string): Promise<Greeted> {
  const client = await dial(t, url)
  const { type, data } = await client.read()
  if (type !== 'connected' || !isGreeting(data)) throw new Error(`expected connected with data.client_id, got ${type}`)
  return { client, clientId: data.client_id }
}

/** Dials, reads `connected` and subscribes. */
export async function dialInto (t: Teardown, url: string, room: string): Promise<Greeted> {
  const greeted = await dialGreeted(t, url)
  const { type } = await greeted.client.ask({ type: 'subscribe', room })
  if (type !== 'subscribed') throw new Error(`expected subscribed, got ${type}`)
  return greeted
}

function isGreeting (data: unknown): data is { readonly client_id: string } {
  return typeof data === 'object' && data !== null && 'client_id' in data && typeof data.client_id === 'string'
}
