import { connect, type Socket } from 'node:net'
import type { Watchdog, Watched } from './watchdog.ts'

/** Takes what comes over a line, and its end. */
export interface Receiver {
  /** The chunk is overwritten after the call. */
  onBytes (chunk: Buffer): void
  onEnd (error: NodeJS.ErrnoException | undefined): void
  /** What was waited for did not come in time. */
  onLate (): void
}

/** Where a line leads, and where from. */
export interface LineEnds {
  readonly port: number
  /** The address of the caller: a machine has only so many ports for each. */
  readonly from: string
}

const shared = Buffer.allocUnsafe(65_536)

/** A TCP connection of a fuzzer. There are many, so what they read goes to one buffer, and one timer watches all. */
export class Line implements Watched {
  deadline = Infinity
  readonly #socket: Socket
  readonly #watchdog: Watchdog
  readonly #receiver: Receiver
  #isOver = false
  #error: NodeJS.ErrnoException | undefined

  constructor ({ port, from }: LineEnds, watchdog: Watchdog, receiver: Receiver) {
    this.#receiver = receiver
    this.#watchdog = watchdog
    const onread = {
      buffer: shared,
      callback: (bytes: number): boolean => {
        receiver.onBytes(shared.subarray(0, bytes))
        return true
      }
    }
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from, onread, noDelay: true })
    this.#socket.on('error', (error) => { this.#error = error })
    this.#socket.once('close', () => this.#end())
    watchdog.add(this)
  }

  write (bytes: Buffer | string): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Sends nothing more, and waits for the other side to do the same. */
  finish (): void {
    this.#socket.end()
  }

  /** Is over at once. */
  destroy (): void {
    this.#socket.destroy()
  }

  /** Is over at once, and the other side is told by a reset. */
  reset (): void {
    this.#socket.resetAndDestroy()
  }

  /** The other side has so much time for what comes next. */
  expectWithin (ms: number): void {
    this.deadline = performance.now() + ms
  }

  late (): void {
    this.#receiver.onLate()
  }

  #end (): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#watchdog.remove(this)
    this.#receiver.onEnd(this.#error)
  }
}
