import WebSocket from 'ws'
import type { Teardown } from '../../helper.ts'

/** How a connection ended. */
export interface End {
  readonly code: number
  readonly reason: string
}

/** A socket and what came over it, to be read in its order. A frame that `read` refuses fails the test that reads it. */
export class JsonPeer<Frame> {
  readonly socket: WebSocket
  /** Resolves when the connection has ended, also when there never was one. */
  readonly ended: Promise<End>
  readonly #read: (text: string) => Frame
  readonly #texts: string[] = []
  #wake: () => void = () => {}
  #isClosed = false

  constructor (socket: WebSocket, read: (text: string) => Frame) {
    this.socket = socket
    this.#read = read
    // What goes wrong shows in the end of the connection.
    socket.on('error', () => {})
    socket.on('message', (data) => {
      this.#texts.push(String(data))
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#isClosed = true
        this.#wake()
        resolve({ code, reason: String(reason) })
      })
    })
  }

  /** Sends an object as JSON, or a text as it is. */
  say (frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  /** The next frame. Rejects when the connection ends first. */
  async hear (): Promise<Frame> {
    return this.#read(await this.hearText())
  }

  /** The next frame as it came, whatever it is. */
  async hearText (): Promise<string> {
    while (this.#texts.length === 0 && !this.#isClosed) await new Promise<void>((resolve) => { this.#wake = resolve })
    const text = this.#texts.shift()
    if (text === undefined) throw new Error('the connection has ended')
    return text
  }

  /** Frames that nobody has read, once the connection has ended. */
  async rest (): Promise<string[]> {
    await this.ended
    return this.#texts.splice(0)
  }

  /** Closes as a page does that is left in order. */
  async close (): Promise<End> {
    this.socket.close(1000)
    return await this.ended
  }
}

/** Connects; ends with the test. `path` has the query in it. */
export function openSocket (t: Teardown, address: string, path: string, protocols: string[] = []): WebSocket {
  const socket = new WebSocket(new URL(path, address.replace(/^http/, 'ws')), protocols)
  t.teardown(() => socket.terminate())
  return socket
}
