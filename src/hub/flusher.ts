import { BatchCache } from './batch.ts'

/** Something with frames waiting for the end of the turn. */
export interface Flushable {
  flush (cache: BatchCache): void
}

/** Writes what has gathered during one turn of the event loop, once per socket: system calls are what delivery costs. */
export class Flusher {
  readonly cache = new BatchCache()
  #waiting: Flushable[] = []

  /** Asks for a flush after this turn. An outbox asks once, when its first frame comes. */
  schedule (outbox: Flushable): void {
    if (this.#waiting.push(outbox) === 1) setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    const waiting = this.#waiting
    this.#waiting = []
    for (const outbox of waiting) outbox.flush(this.cache)
    this.cache.clear()
  }
}
