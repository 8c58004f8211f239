import WebSocket from 'ws'

/** A message as the client's handlers see it. */
export interface HandledMessage {
  readonly type: string
  readonly room?: string
  readonly data?: unknown
  readonly client_id?: string
  readonly error?: string
  readonly timestamp: number
}

type Handler = (message: HandledMessage) => void

/** The JavaScript client of document 002, line by line: one handler for each type, no reconnecting. */
export class WebSocketClient {
  readonly #url: string
  readonly #handlers = new Map<string, Handler>()
  #socket: WebSocket | undefined

  constructor (url: string) {
    this.#url = url
  }

  /** Resolves when the connection is open, rejects when there is none. */
  connect (): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url)
      this.#socket = socket
      socket.onopen = () => resolve()
      socket.onerror = ({ error }) => reject(error)
      socket.onmessage = ({ data }) => {
        const message: HandledMessage = JSON.parse(String(data))
        this.#handlers.get(message.type)?.(message)
      }
    })
  }

  /** Handles one type of message; chains. */
  on (type: string, handler: Handler): this {
    this.#handlers.set(type, handler)
    return this
  }

  subscribe (room: string): void {
    this.#send({ type: 'subscribe', room })
  }

  unsubscribe (room: string): void {
    this.#send({ type: 'unsubscribe', room })
  }

  publish (room: string, data: unknown): void {
    this.#send({ type: 'publish', room, data })
  }

  broadcast (data: unknown): void {
    this.#send({ type: 'broadcast', data })
  }

  close (): void {
    this.#socket?.close()
  }

  #send (message: object): void {
    this.#socket?.send(JSON.stringify(message))
  }
}
