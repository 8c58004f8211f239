import { whenAborted } from './abort.ts'

export type Handler<E> = (event: E) => void

/** How long a handler is wanted. */
export interface ListenOptions {
  /** Takes the handler off when it aborts. */
  readonly signal?: AbortSignal
}

/** Handlers by name of an event. One that throws stops no other: its error is reported as an uncaught one. */
export class Emitter {
  readonly #handlers = new Map<string, Set<Handler<never>>>()

  add (name: string, handler: Handler<never>, { signal }: ListenOptions = {}): void {
    if (signal?.aborted === true) return
    const handlers = this.#handlers.get(name) ?? new Set()
    this.#handlers.set(name, handlers.add(handler))
    whenAborted(signal, () => this.remove(name, handler))
  }

  remove (name: string, handler: Handler<never>): void {
    this.#handlers.get(name)?.delete(handler)
  }

  emit (name: string, event: unknown): void {
    for (const handler of this.#handlers.get(name) ?? []) {
      try {
        handler(event as never)
      } catch (error) {
        queueMicrotask(() => { throw error })
      }
    }
  }
}
