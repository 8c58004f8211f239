import WebSocket, { type ClientOptions } from 'ws'
import { errorText } from './error-text.ts'
import { refusalText } from './refusal-text.ts'

/** How a connection ended. */
export interface Ended {
  readonly code: number
  readonly reason: string
  /** True when this side asked for the end. */
  readonly byUs: boolean
}

interface ConnectionOptions {
  readonly token?: string | undefined
  /** Gets the text of each frame, in order. */
  readonly onText: (text: string) => void
  /** How long the other side may take to answer a close. */
  readonly closeTimeoutMs?: number
}

const HANDSHAKE_TIMEOUT_MS = 10_000

/** A connection to a service, from the handshake to the end. */
export class ClientConnection {
  /** Resolves when the handshake is done, rejects with the reason it was not. */
  readonly opened: Promise<void>
  /** Resolves when an opened connection has ended; never rejects. */
  readonly ended: Promise<Ended>
  readonly #socket: WebSocket
  readonly #closeTimeoutMs: number
  #byUs = false
  #fault = ''

  constructor (href: string, { token, onText, closeTimeoutMs = 2_000 }: ConnectionOptions) {
    this.#closeTimeoutMs = closeTimeoutMs
    const options: ClientOptions = { handshakeTimeout: HANDSHAKE_TIMEOUT_MS, perMessageDeflate: false }
    this.#socket = new WebSocket(href, { ...options, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) })
    // At once: the first frame may come with the answer to the handshake.
    this.#socket.on('message', (data) => onText(String(data)))
    this.#socket.on('error', (error) => { this.#fault = errorText(error) })
    this.opened = this.#whenOpen()
    this.ended = this.#whenClosed()
  }

  get isOpen (): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Sends a text frame and resolves when the system has taken it, or cannot any more. */
  async send (text: string): Promise<void> {
    await new Promise<void>((resolve) => { this.#socket.send(text, () => resolve()) })
  }

  /** Ends in order; cuts off a peer that does not answer. */
  close (): void {
    if (!this.isOpen) return
    this.#byUs = true
    this.#socket.close(1000)
    setTimeout(() => this.#socket.terminate(), this.#closeTimeoutMs).unref()
  }

  #whenOpen (): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', resolve)
      this.#socket.once('error', () => reject(new Error(this.#fault)))
      this.#socket.once('unexpected-response', (request, response) => {
        refusalText(response).then((text) => {
          request.destroy()
          reject(new Error(text))
        })
      })
    })
  }

  #whenClosed (): Promise<Ended> {
    return new Promise((resolve) => {
      this.#socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() || this.#fault, byUs: this.#byUs }))
    })
  }
}
