import { whenAborted } from './abort.ts'
import { QueueFullError } from './errors.ts'

/** A reader that is so far behind will not catch up. */
const MOST_UNREAD = 10_000

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** Events between who has them and a `for await` that takes them one by one. Not a generator: leaving the loop must end one that waits. */
export class MessageQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #unread: T[] = []
  readonly #readers: Array<Reader<T>> = []
  readonly #done: () => void
  readonly #forget: () => void
  #end: { error: unknown } | undefined

  /** @param done - called once, when nothing more is wanted or comes. */
  constructor (signal: AbortSignal | undefined, done: () => void) {
    this.#done = done
    const abort = (): void => {
      this.#unread.length = 0
      this.end(signal?.reason)
    }
    this.#forget = whenAborted(signal, abort)
    if (signal?.aborted === true) this.#end = { error: signal.reason }
  }

  push (item: T): void {
    if (this.#end !== undefined) return
    const reader = this.#readers.shift()
    if (reader !== undefined) reader.resolve({ done: false, value: item })
    else if (this.#unread.length < MOST_UNREAD) this.#unread.push(item)
    else this.end(new QueueFullError(`${MOST_UNREAD} messages are unread`))
  }

  /** What is unread is still read; then the reader's loop ends, with an error by throwing it. */
  end (error?: unknown): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#forget()
    this.#done()
    for (const reader of this.#readers.splice(0)) this.#finish().then(reader.resolve, reader.reject)
  }

  async next (): Promise<IteratorResult<T, undefined>> {
    const [item] = this.#unread
    if (this.#unread.length > 0 && item !== undefined) {
      this.#unread.shift()
      return { done: false, value: item }
    }
    if (this.#end !== undefined) return await this.#finish()
    return await new Promise((resolve, reject) => { this.#readers.push({ resolve, reject }) })
  }

  async return (): Promise<IteratorResult<T, undefined>> {
    this.#unread.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator] (): this {
    return this
  }

  /** An error is thrown once. */
  async #finish (): Promise<IteratorResult<T, undefined>> {
    const error = this.#end?.error
    this.#end = { error: undefined }
    if (error !== undefined) throw error
    return { done: true, value: undefined }
  }
}
