import type { Call } from './call.ts'

/** Requests that are not on their way: urgent ones first, each kind in the order in which it was made. */
export class WaitingLine {
  #urgent = new Set<Call>()
  #others = new Set<Call>()

  get size (): number {
    return this.#urgent.size + this.#others.size
  }

  /** Takes one in behind all others of its kind. */
  add (call: Call): void {
    if (call.rules.isUrgent === true) this.#urgent.add(call)
    else this.#others.add(call)
  }

  /** Lets go of one; harmless for one that does not wait. */
  delete (call: Call): void {
    this.#urgent.delete(call)
    this.#others.delete(call)
  }

  /** Puts those that came back from their way where they were: into the order of all requests. */
  sort (all: Iterable<Call>): void {
    const ordered = [...all]
    this.#urgent = new Set(ordered.filter((call) => this.#urgent.has(call)))
    this.#others = new Set(ordered.filter((call) => this.#others.has(call)))
  }

  urgent (): Iterable<Call> {
    return this.#urgent
  }

  others (): Iterable<Call> {
    return this.#others
  }
}
