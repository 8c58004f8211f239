import type { CountRequest } from './wire-message.ts'
import { ALIVE, type Asking } from './asking.ts'
import type { Lease } from './lease.ts'

/** What counting works with. */
export interface CountingParts {
  readonly lease: Lease
  readonly asking: Asking
  readonly gatherMs: number
}

/** How many connections a message reached, and who has not said. */
export interface Count {
  readonly recipients: number
  readonly missing: readonly string[]
}

interface Tally {
  recipients: number
  replies: number
  /** Copies that Redis sent out; unknown until it has answered. */
  expected: number | undefined
  readonly onComplete: () => void
}

/** Gathers how many connections each node queued a message to: every node that got a copy says so. */
export class Counting {
  readonly #parts: CountingParts
  readonly #open = new Map<number, { tally: Tally, complete: Promise<void> }>()
  #numbers = 0

  constructor (parts: CountingParts) {
    this.#parts = parts
  }

  /** Begins to count; before the message is sent, for the first answers may come before Redis' own. */
  begin (): CountRequest {
    const number = ++this.#numbers
    let onComplete = (): void => {}
    const complete = new Promise<void>((resolve) => { onComplete = resolve })
    this.#open.set(number, { tally: { recipients: 0, replies: 0, expected: undefined, onComplete }, complete })
    return { lease: this.#parts.lease.id, number }
  }

  /** The count is not wanted any more. */
  cancel ({ number }: CountRequest): void {
    this.#open.delete(number)
  }

  /** A node has delivered a copy. */
  note (number: number, recipients: number): void {
    const tally = this.#open.get(number)?.tally
    if (tally === undefined) return
    tally.recipients += recipients
    tally.replies += 1
    if (tally.replies === tally.expected) tally.onComplete()
  }

  /** Waits for the answers of all who got one of so many copies, a bounded time. */
  async result ({ number }: CountRequest, copies: number): Promise<Count> {
    const open = this.#open.get(number)
    if (open === undefined) return { recipients: 0, missing: [] }
    const { tally, complete } = open
    tally.expected = copies
    if (tally.replies >= copies) tally.onComplete()
    const missing = await this.#orMissing(complete)
    this.#open.delete(number)
    return { recipients: tally.recipients, missing }
  }

  /** Who is slow to count is asked whether it is there at all: a node without the topic has nothing to say otherwise. */
  async #orMissing (complete: Promise<void>): Promise<readonly string[]> {
    const { gatherMs, asking } = this.#parts
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => { timer = setTimeout(() => resolve('late'), gatherMs / 5) })
    const first = await Promise.race([complete, late])
    clearTimeout(timer)
    return first === 'late' ? (await asking.ask(ALIVE, gatherMs * 4 / 5)).missing : []
  }
}
