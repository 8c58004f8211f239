import type { Duplex } from 'node:stream'
import type { ByteSink, SinkOwner } from './byte-sink.ts'

/** Writes to any stream. */
export class StreamSink implements ByteSink {
  readonly #stream: Duplex
  readonly #owner: SinkOwner
  readonly #bufferBytes: number
  #writesInFlight = 0

  /** The stream counts as full when more than `bufferBytes` wait in it. */
  constructor (stream: Duplex, owner: SinkOwner, bufferBytes: number) {
    this.#stream = stream
    this.#owner = owner
    this.#bufferBytes = bufferBytes
  }

  write (bytes: Buffer): boolean {
    // Written after its end a stream would fail; the connection ends anyway.
    if (!this.#stream.writable) return true
    this.#writesInFlight += 1
    this.#stream.write(bytes, this.#onWritten)
    // Node tries a write at once: what the kernel took does not show in writableLength any more.
    return this.#stream.writableLength <= this.#bufferBytes
  }

  readonly #onWritten = (): void => {
    this.#writesInFlight -= 1
    if (this.#writesInFlight === 0) this.#owner.onTaken()
  }
}
