import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/** What Node reads from a socket at most; a chunk that long says that more is there. */
const FULL_READ_BYTES = 65_536

/**
 * When to read from a peer. Node reads up to 32 full chunks from one socket before it looks at the next: after each of them a peer that
 * sends as much as it can waits for everybody else to have had a turn.
 */
export class Intake {
  readonly #webSocket: WebSocket
  #wanted = true
  #resting = false

  constructor (webSocket: WebSocket, stream: Duplex) {
    this.#webSocket = webSocket
    stream.on('data', (chunk: Buffer) => {
      if (chunk.length >= FULL_READ_BYTES && !this.#resting) this.#rest()
    })
  }

  /** Stops or goes on reading. */
  setReading (reading: boolean): void {
    this.#wanted = reading
    this.#apply()
  }

  #rest (): void {
    this.#resting = true
    this.#apply()
    setImmediate(() => {
      this.#resting = false
      this.#apply()
    })
  }

  #apply (): void {
    if (this.#wanted && !this.#resting) this.#webSocket.resume()
    else this.#webSocket.pause()
  }
}

/** The same for a peer whose messages nobody takes in, for as long as it is there. */
export function readInTurns (webSocket: WebSocket, stream: Duplex): Intake {
  return new Intake(webSocket, stream)
}
