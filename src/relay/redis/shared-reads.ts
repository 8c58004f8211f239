import type { RoomName } from '../../hub/topics.ts'

/** Reads of a room that are asked for more than once in one turn of the event loop, with no change in between, are one call. */
export class SharedReads<Value> {
  readonly #rooms = new Map<RoomName, Map<string, Promise<Value>>>()
  #isScheduled = false

  /** The value of a read that was begun in this turn, else of a new one. */
  get (room: RoomName, question: string, read: () => Promise<Value>): Promise<Value> {
    const reads = this.#rooms.get(room) ?? new Map<string, Promise<Value>>()
    const value = reads.get(question) ?? read()
    this.#rooms.set(room, reads.set(question, value))
    this.#schedule()
    return value
  }

  /** The room is about to change: what was read is not the answer to later questions. */
  forget (room: RoomName): void {
    this.#rooms.delete(room)
  }

  #schedule (): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#rooms.clear()
    })
  }
}
