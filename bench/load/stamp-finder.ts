import { isStampAt } from './stamp.ts'

/** How a stamp looks within JSON. */
const OPENING = '"~'
/** Where a hub has never put a stamp yet. */
const UNKNOWN = 1

/** Finds the stamp in delivered frames. All frames of a run have it at the same place, which is learned from the first. */
export class StampFinder {
  #offset = UNKNOWN

  /** Where the stamp begins if it is where the last one was, else -1. */
  usual (bytes: Buffer, start: number): number {
    return isStampAt(bytes, start + this.#offset) ? start + this.#offset : -1
  }

  /** Where the stamp begins, wherever it is; -1 for a frame without one. */
  search (bytes: Buffer, start: number, end: number): number {
    const offset = bytes.subarray(start, end).indexOf(OPENING)
    if (offset === -1) return -1
    this.#offset = offset + 1
    return start + this.#offset
  }
}
