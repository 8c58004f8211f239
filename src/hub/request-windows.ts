import { monotonicMs } from '../clock.ts'

interface Window {
  count: number
  readonly endsAtMs: number
}

/** So many callers are counted at a time (about 150 bytes each); beyond, those whose windows end first are let go. */
const MAX_CALLERS = 100_000

/** Counts the requests of callers in windows that begin with a caller's first one, on this node. */
export class RequestWindows {
  readonly #windows = new Map<string, Window>()

  /** Counts one more; returns the count and the ms until the window ends. */
  count (caller: string, windowMs: number): { current: number, ttl: number } {
    const now = monotonicMs()
    const known = this.#windows.get(caller)
    const window = known !== undefined && known.endsAtMs > now ? known : this.#begin(caller, now + windowMs)
    window.count += 1
    return { current: window.count, ttl: Math.ceil(window.endsAtMs - now) }
  }

  #begin (caller: string, endsAtMs: number): Window {
    const window = { count: 0, endsAtMs }
    // All windows are of about one length: in the order of their beginnings they end.
    this.#windows.delete(caller)
    this.#windows.set(caller, window)
    for (const [oldest, { endsAtMs: end }] of this.#windows) {
      if (end > monotonicMs() && this.#windows.size <= MAX_CALLERS) break
      this.#windows.delete(oldest)
    }
    return window
  }
}
