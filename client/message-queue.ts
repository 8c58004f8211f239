import { whenAborted } from './abort.ts'
import { QueueFullError } from './errors.ts'

/** A reader that is so far behind will not catch up. */
const MOST_UNREAD = 10_000

/** Events between who has them and a `for await` that takes them one by one. */
export class MessageQueue<T> {
  readonly #unread: T[] = []
  #end: { readonly error: unknown } | undefined
  #wake: () => void = () => {}

  push (item: T): void {
    if (this.#unread.length >= MOST_UNREAD) this.end(new QueueFullError(`${MOST_UNREAD} messages are unread`))
    if (this.#end !== undefined) return
    this.#unread.push(item)
    this.#wake()
  }

  /** What is unread is still read; then the reader's loop ends, with an error by throwing it. */
  end (error?: unknown): void {
    this.#end ??= { error }
    this.#wake()
  }

  /** @param done - called when the reader is done, whatever the reason. */
  async * read (signal: AbortSignal | undefined, done: () => void): AsyncGenerator<T, void, undefined> {
    const forget = whenAborted(signal, () => this.#wake())
    try {
      while (true) {
        signal?.throwIfAborted()
        if (this.#unread.length === 0 && this.#end === undefined) await new Promise<void>((resolve) => { this.#wake = resolve })
        else if (this.#unread.length > 0) yield * this.#unread.splice(0, 1)
        else return this.#finish()
      }
    } finally {
      forget()
      done()
    }
  }

  #finish (): void {
    if (this.#end?.error !== undefined) throw this.#end.error
  }
}
