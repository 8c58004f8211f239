import WebSocket from 'ws'
import { readHubMessage, type HubMessage } from './hub-message.ts'

const MAX_RECONNECT_ATTEMPTS = 5
const FIRST_DELAY_MS = 1000
const MOST_DELAY_MS = 30_000

type Handler = (message: HubMessage) => void
/** Runs something later, as `setTimeout` does. */
export type Schedule = (run: () => void, delayMs: number) => unknown

/** The JavaScript client of document 000, line by line; what it writes to the console is kept. */
export class WebSocketClient {
  /** All that it wrote to the console. */
  readonly console: string[] = []
  readonly #url: string
  readonly #token: string
  readonly #schedule: Schedule
  readonly #handlers = new Map<string, Handler>()
  #socket: WebSocket | undefined
  #attempts = 0

  constructor (url: string, token: string, schedule: Schedule = setTimeout) {
    this.#url = url
    this.#token = token
    this.#schedule = schedule
  }

  connect (): void {
    const socket = new WebSocket(`${this.#url}?token=${this.#token}`)
    this.#socket = socket
    socket.onopen = () => {
      this.console.push('Connected to WebSocket')
      this.#attempts = 0
    }
    socket.onmessage = ({ data }) => {
      const message = readHubMessage(String(data))
      this.#handlers.get(message.type)?.(message)
    }
    socket.onerror = () => {}
    socket.onclose = ({ code }) => {
      this.console.push(`WebSocket disconnected: ${code}`)
      this.#reconnect()
    }
  }

  on (type: string, handler: Handler): void {
    this.#handlers.set(type, handler)
  }

  send (type: string, payload: unknown, room = ''): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      this.console.push('WebSocket is not connected')
      return
    }
    this.#socket.send(JSON.stringify({ type, room, payload, timestamp: new Date().toISOString() }))
  }

  joinRoom (roomId: string): void {
    this.send('join_room', { room_id: roomId })
  }

  leaveRoom (roomId: string): void {
    this.send('leave_room', { room_id: roomId })
  }

  sendMessage (room: string, content: string): void {
    this.send('send_message', { content }, room)
  }

  disconnect (): void {
    this.#socket?.close(1000, 'Client disconnecting')
  }

  /** Ends it without another attempt; the document has no way to. */
  abandon (): void {
    this.#attempts = MAX_RECONNECT_ATTEMPTS
    this.#socket?.terminate()
  }

  /** After its own `disconnect`, too: so the document has it. */
  #reconnect (): void {
    if (this.#attempts >= MAX_RECONNECT_ATTEMPTS) {
      this.console.push('Max reconnection attempts reached')
      return
    }
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#attempts, MOST_DELAY_MS)
    this.#attempts += 1
    this.console.push(`Reconnecting in ${delayMs}ms...`)
    this.#schedule(() => this.connect(), delayMs)
  }
}
