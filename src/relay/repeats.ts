import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import type { PublishKey } from './publish-key.ts'
import type { PublishResult } from './relay-message.ts'

/** How long a repetition is recognized, ms (README, Publishing once). */
export const REPEAT_WINDOW_MS = 5 * 60 * 1000

interface First {
  readonly fingerprint: string
  readonly result: PublishResult
  readonly atMs: number
}

/** The text of the refusal of a key that was used for something else. */
export function differentContent (): HubError {
  return new HubError('INVALID_PAYLOAD', '/id: used within the last 5 minutes for a message with other content; expected a new id')
}

/**
 * First answers of the messages published in the last minutes, by key, in this process. Bounded in number too: at more than
 * `maxKeys` in 5 minutes the oldest go early.
 */
export class Repeats {
  readonly #first = new Map<string, First>()
  readonly #maxKeys: number

  constructor (maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  /** The first answer to the message, or undefined for a new one. Throws `INVALID_PAYLOAD` when the first said something else. */
  find ({ key, fingerprint }: PublishKey): PublishResult | undefined {
    const first = this.#first.get(key)
    if (first === undefined || first.atMs < monotonicMs() - REPEAT_WINDOW_MS) return undefined
    if (first.fingerprint !== fingerprint) throw differentContent()
    return { ...first.result, duplicate: true }
  }

  /** Keeps the answer to a new message. */
  note ({ key, fingerprint }: PublishKey, result: PublishResult): void {
    const now = monotonicMs()
    // A key whose time is up must not keep its old place in the order.
    this.#first.delete(key)
    this.#first.set(key, { fingerprint, result, atMs: now })
    for (const [oldest, { atMs }] of this.#first) {
      if (this.#first.size <= this.#maxKeys && atMs >= now - REPEAT_WINDOW_MS) break
      this.#first.delete(oldest)
    }
  }
}
