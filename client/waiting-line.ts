import type { Call } from './call.ts'

/** Requests that are not on their way, in the order in which they were made. */
export class WaitingLine {
  #calls = new Set<Call>()
  #urgent = 0

  get size (): number {
    return this.#calls.size
  }

  /** True when one waits for nothing but a connection. */
  get hasUrgent (): boolean {
    return this.#urgent > 0
  }

  /** Takes one in behind all others. */
  add (call: Call): void {
    this.#calls.add(call)
    if (call.rules.isUrgent === true) this.#urgent += 1
  }

  /** Lets go of one; harmless for one that does not wait. */
  delete (call: Call): void {
    if (this.#calls.delete(call) && call.rules.isUrgent === true) this.#urgent -= 1
  }

  /** Puts those that came back from their way where they were: into the order of all requests. */
  sort (all: Iterable<Call>): void {
    this.#calls = new Set([...all].filter((call) => this.#calls.has(call)))
  }

  [Symbol.iterator] (): Iterator<Call> {
    return this.#calls.values()
  }
}
