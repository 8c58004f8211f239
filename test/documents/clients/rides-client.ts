import { once } from 'node:events'
import WebSocket from 'ws'
import type { Teardown } from '../../helper.ts'

/** A message as document 001 has it, in both directions. */
export interface Message {
  readonly type: string
  readonly data: unknown
}

/** The body of an error. */
export interface ErrorBody {
  readonly code: string
  readonly message: string
}

/** How a connection ended. */
export interface End {
  readonly code: number
  readonly reason: string
}

/** How the document's client connects. */
export interface RidesConnection {
  /** A JWT, for `Authorization: Bearer`. */
  readonly token: string
  readonly origin?: string
  /** False for a peer that does not answer pings. */
  readonly autoPong?: boolean
}

/**
 * The client of document 001, by its lines alone: a token in the header, `{type, data}` out, `{type, data}` in. It knows nothing else of the service;
 * a frame with another shape fails the test.
 */
export class RidesClient {
  readonly ended: Promise<End>
  readonly #socket: WebSocket
  readonly #inbox: Message[] = []
  #waiting: Array<() => void> = []
  #probes = 0
  #hasEnded = false

  constructor (socket: WebSocket) {
    this.#socket = socket
    this.ended = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#hasEnded = true
        this.#wake()
        resolve({ code, reason: reason.toString() })
      })
    })
    // A cut connection shows in `ended`.
    socket.on('error', () => {})
    socket.on('message', (bytes, isBinary) => {
      this.#inbox.push(readMessage(String(bytes), isBinary))
      this.#wake()
    })
  }

  /** Sends a message. */
  send (type: string, data?: unknown): void {
    this.sendText(JSON.stringify({ type, data }))
  }

  /** Sends a text as it is. */
  sendText (text: string): void {
    this.#socket.send(text)
  }

  /** The next message, or the next of a type; earlier ones of other types stay. */
  async next (type?: string): Promise<Message> {
    return await this.#take((message) => type === undefined || message.type === type)
  }

  /** The body of the next error. */
  async error (): Promise<ErrorBody> {
    return (await this.next('error')).data as ErrorBody
  }

  /** Everything received up to the answer to a type that nobody knows: what the service had to say before it is there. */
  async drain (): Promise<Message[]> {
    this.#probes += 1
    const probe = `no such type ${this.#probes}`
    this.send(probe)
    await this.#take(({ type, data }) => type === 'error' && (data as ErrorBody).message === `unknown message type: ${probe}`)
    return this.#inbox.splice(0)
  }

  /** Closes in order and waits for the end. */
  async close (): Promise<End> {
    this.#socket.close(1000)
    return await this.ended
  }

  async #take (isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const index = this.#inbox.findIndex(isWanted)
      const [message] = index === -1 ? [] : this.#inbox.splice(index, 1)
      if (message !== undefined) return message
      if (this.#hasEnded) throw new Error(`the connection closed first; received: ${JSON.stringify(this.#inbox)}`)
      await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
    }
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** Connects as the document's client; ends with the test. Rejects when the handshake is refused. */
export async function connectRides (t: Teardown, address: string, options: RidesConnection): Promise<RidesClient> {
  const socket = open(t, address, { authorization: `Bearer ${options.token}` }, options)
  const client = new RidesClient(socket)
  await once(socket, 'open')
  return client
}

/** Makes a handshake that is expected to be refused; resolves with its status. */
export async function refusedRides (t: Teardown, address: string, headers: Record<string, string> = {}, origin?: string): Promise<number> {
  const socket = open(t, address, headers, { ...(origin !== undefined && { origin }) })
  return await new Promise((resolve, reject) => {
    socket.on('error', () => {})
    socket.once('open', () => reject(new Error('the handshake was accepted')))
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
}

function open (t: Teardown, address: string, headers: Record<string, string>, { origin, autoPong = true }: Omit<RidesConnection, 'token'>): WebSocket {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, { headers, autoPong, ...(origin !== undefined && { origin }) })
  t.teardown(() => socket.terminate())
  return socket
}

function readMessage (text: string, isBinary: boolean): Message {
  const message: Message = JSON.parse(text)
  const isEnvelope = Object.keys(message).sort().join() === 'data,type' && typeof message.type === 'string'
  if (isBinary || !isEnvelope || (message.type === 'error' && !isErrorBody(message.data))) throw new Error(`not as in document 001: ${text}`)
  return message
}

function isErrorBody (data: unknown): boolean {
  const { code, message, ...rest } = data as Record<string, unknown>
  return typeof code === 'string' && typeof message === 'string' && Object.keys(rest).length === 0
}
