/** Pages of the past that one client may have waiting, bytes; what is not kept is read again at its turn. */
const MAX_KEPT_BYTES = 256 * 1024

/** The topics whose past a connection is shown, one after the other: the others would only wait in memory. */
export class PastQueue {
  /** There while anything is shown or waits for its turn. */
  #last: Promise<void> | undefined
  #keptBytes = 0

  /** Begins at once where nothing else is shown. Rejects with what `show` rejects with. */
  async inTurn (show: () => Promise<void>): Promise<void> {
    const before = this.#last
    const shown = before === undefined ? show() : before.then(show)
    const last = this.#last = shown.catch(() => {})
    last.finally(() => { if (this.#last === last) this.#last = undefined })
    await shown
  }

  /** False where pages of so many bytes more would be too much to keep until their turn. */
  mayKeep (bytes: number): boolean {
    return this.#keptBytes + bytes <= MAX_KEPT_BYTES
  }

  /** Notes that pages of so many bytes are kept, or, with a negative number, are not any more. */
  noteKept (bytes: number): void {
    this.#keptBytes += bytes
  }
}
