/** Reads about a subject (a room, a topic) that are asked for more than once in one turn of the event loop, with no change in between, are one call. */
export class SharedReads<Value> {
  readonly #subjects = new Map<string, Map<string, Promise<Value>>>()
  #isScheduled = false

  /** The value of a read that was begun in this turn, else of a new one. */
  get (subject: string, question: string, read: () => Promise<Value>): Promise<Value> {
    const reads = this.#subjects.get(subject) ?? new Map<string, Promise<Value>>()
    const value = reads.get(question) ?? read()
    this.#subjects.set(subject, reads.set(question, value))
    this.#schedule()
    return value
  }

  /** The subject is about to change: what was read is not the answer to later questions. */
  forget (subject: string): void {
    this.#subjects.delete(subject)
  }

  #schedule (): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#subjects.clear()
    })
  }
}
