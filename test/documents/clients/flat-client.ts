import WebSocket from 'ws'

/** A frame as handlers get it. */
export type Heard = Readonly<Record<string, unknown>>

type Handler = (frame: Heard) => void

const MAX_ATTEMPTS = 5
const MAX_DELAY = 30_000

/** The JavaScript client of document 004, line by line. Its delays are in ms; a test that will not wait for them makes one shorter. */
export class WSClient {
  /** How long it waited before each attempt to come back, in units. */
  readonly delays: number[] = []
  /** The codes of all closes. */
  readonly closes: number[] = []
  readonly #url: string
  readonly #token: string
  readonly #unitMs: number
  readonly #handlers = new Map<string, Handler>()
  #socket: WebSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #attempts = 0

  constructor (url: string, token: string, { unitMs = 1 } = {}) {
    this.#url = url
    this.#token = token
    this.#unitMs = unitMs
  }

  connect (): void {
    const socket = new WebSocket(`${this.#url}?token=${this.#token}`)
    this.#socket = socket
    socket.onopen = () => { this.#attempts = 0 }
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data))
      this.#handlers.get(frame.type)?.(frame)
    }
    socket.onclose = ({ code }) => {
      this.closes.push(code)
      if (code !== 1000) this.#reconnect()
    }
    // The sample has no more to say than that there was one: the close follows.
    socket.onerror = () => {}
  }

  on (type: string, handler: Handler): void {
    this.#handlers.set(type, handler)
  }

  /** Does nothing while the socket is not open. */
  send (type: string, data: object = {}): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type, ...data }))
  }

  joinRoom (room: string): void {
    this.send('join_room', { room })
  }

  leaveRoom (room: string): void {
    this.send('leave_room', { room })
  }

  sendMessage (room: string, text: string): void {
    this.send('message', { room, text })
  }

  disconnect (): void {
    this.#socket?.close(1000, 'Client disconnect')
  }

  /** Cuts the line, as a network does. */
  cut (): void {
    this.#socket?.terminate()
  }

  /** Ends all attempts to come back, which the sample has no way to do: for the end of a test. */
  giveUp (): void {
    this.#attempts = MAX_ATTEMPTS
    this.#socket?.terminate()
    clearTimeout(this.#timer)
  }

  #reconnect (): void {
    if (this.#attempts >= MAX_ATTEMPTS) return
    const delay = Math.min(1_000 * 2 ** this.#attempts, MAX_DELAY)
    this.#attempts += 1
    this.delays.push(delay)
    this.#timer = setTimeout(() => this.connect(), delay * this.#unitMs)
  }
}
