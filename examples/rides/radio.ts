import { WebSocket } from 'ws'
import type { SocketConstructor } from 'wshub/client'

/** A phone's way to the network, which can be taken away from it, as in a tunnel. */
export class Radio {
  /** For `connect(url, { WebSocket })`. */
  readonly WebSocket: SocketConstructor
  readonly #sockets = new Set<WebSocket>()
  #isOn = true

  constructor () {
    const add = (socket: WebSocket): void => this.#add(socket)
    this.WebSocket = class extends WebSocket {
      constructor (url: string, protocols: string[]) {
        super(url, protocols)
        add(this)
      }
    }
  }

  /** Nothing gets through any more, and nobody says goodbye. */
  off (): void {
    this.#isOn = false
    for (const socket of this.#sockets) socket.terminate()
  }

  on (): void {
    this.#isOn = true
  }

  #add (socket: WebSocket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    if (!this.#isOn) socket.terminate()
  }
}
