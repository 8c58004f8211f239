import { whenAborted } from './abort.ts'

export type Handler<E> = (event: E) => void

/** How long a handler is wanted. */
export interface ListenOptions {
  /** Ends it when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/** Handlers by name of an event. One that throws stops no other: its error is reported as an uncaught one. */
export class Emitter {
  /** With what ends the watch over their signals. */
  readonly #handlers = new Map<string, Map<Handler<never>, () => void>>()

  add (name: string, handler: Handler<never>, { signal }: ListenOptions = {}): void {
    if (signal?.aborted === true) return
    this.remove(name, handler)
    const handlers = this.#handlers.get(name) ?? new Map()
    this.#handlers.set(name, handlers.set(handler, whenAborted(signal, () => this.remove(name, handler))))
  }

  remove (name: string, handler: Handler<never>): void {
    const handlers = this.#handlers.get(name)
    handlers?.get(handler)?.()
    handlers?.delete(handler)
  }

  /** Nobody will hear anything more. */
  clear (): void {
    for (const handlers of this.#handlers.values()) for (const forget of handlers.values()) forget()
    this.#handlers.clear()
  }

  emit (name: string, event: unknown): void {
    for (const handler of [...this.#handlers.get(name)?.keys() ?? []]) {
      try {
        handler(event as never)
      } catch (error) {
        queueMicrotask(() => { throw error })
      }
    }
  }
}
