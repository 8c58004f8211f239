import { Duplex } from 'node:stream'

/** A stream that takes writes like a socket: all of it while open; one at a time and unfinished while shut. */
export class ValveStream extends Duplex {
  /** Every chunk that left for the kernel, in order. */
  readonly chunks: Buffer[] = []
  #shut = false
  #finish: (() => void) | undefined

  override _read (): void {}

  override _write (chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.chunks.push(chunk)
    if (this.#shut) this.#finish = callback
    else callback()
  }

  /** From now on the peer does not read. */
  shut (): void {
    this.#shut = true
  }

  /** The peer reads again: what was held back is taken. */
  open (): void {
    this.#shut = false
    this.takeOne()
  }

  /** The peer reads one chunk, and stops again if the valve is shut. */
  takeOne (): void {
    const finish = this.#finish
    this.#finish = undefined
    finish?.()
  }

  /** All bytes so far as text. */
  get text (): string {
    return Buffer.concat(this.chunks).toString()
  }
}
