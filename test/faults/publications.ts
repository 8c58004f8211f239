import type { Position } from '../../src/relay/relay-message.ts'
import type { Checker } from './checker.ts'
import type { Random } from './random.ts'

/** Codes after which the outcome is open, or nothing has happened yet: the same id is tried again. */
const TRY_AGAIN = new Set(['UNAVAILABLE', 'RATE_LIMIT'])
const RETRY_MS = { min: 50, max: 400 }

/** A message until it is acked or refused. */
export interface Publication {
  readonly id: string
  readonly topic: string
  /** Without the id. */
  readonly envelope: object
  /** Undefined while no answer is on its way; ms. */
  sentAt: number | undefined
  /** When it may be sent again, ms. */
  dueAt: number
  /** An attempt was made that may have succeeded. */
  mayBeThere: boolean
}

/** What else is to be known of an ack. */
export interface AckDetails {
  readonly isDuplicate: boolean
  /** ms. */
  readonly now: number
}

/** What a client has sent and has no answer to: it says each with the same id until it knows what came of it, the place included. */
export class Publications {
  readonly #checker: Checker
  readonly #random: Random
  readonly #open = new Map<string, Publication>()

  constructor (checker: Checker, random: Random) {
    this.#checker = checker
    this.#random = random
  }

  get size (): number {
    return this.#open.size
  }

  /** When the one that waits longest for its answer was sent, ms; Infinity when none waits. */
  get oldestSentAt (): number {
    return Math.min(...[...this.#open.values()].map(({ sentAt }) => sentAt ?? Infinity))
  }

  add (publication: Pick<Publication, 'id' | 'topic' | 'envelope'>): void {
    this.#open.set(publication.id, { ...publication, sentAt: undefined, dueAt: 0, mayBeThere: false })
  }

  /** Those to send now, in the order in which they were made; they count as sent. */
  takeDue (now: number, mayGo: (topic: string) => boolean): Publication[] {
    const due = [...this.#open.values()].filter(({ sentAt, dueAt, topic }) => sentAt === undefined && dueAt <= now && mayGo(topic))
    for (const publication of due) publication.sentAt = now
    return due
  }

  /** Nobody will answer any more what was sent. */
  linkEnded (): void {
    for (const publication of this.#open.values()) {
      if (publication.sentAt !== undefined) publication.mayBeThere = true
      publication.sentAt = undefined
      publication.dueAt = 0
    }
  }

  /** Takes an `ack`; gives back the message's topic, if it was one of these and its place is known now. */
  acked (id: string, position: Position | undefined, { now, isDuplicate }: AckDetails): string | undefined {
    const publication = this.#open.get(id)
    if (publication === undefined) return undefined
    if (position === undefined) {
      this.#again(publication, now)
      return undefined
    }
    this.#open.delete(id)
    this.#checker.ack(publication.topic, id, position, isDuplicate)
    return publication.topic
  }

  /** Takes an `error`; false if it answers none of these. */
  failed (id: string, code: string, now: number): boolean {
    const publication = this.#open.get(id)
    if (publication === undefined) return false
    if (TRY_AGAIN.has(code)) {
      this.#again(publication, now)
      publication.mayBeThere ||= code === 'UNAVAILABLE'
    } else {
      this.#open.delete(id)
      this.#checker.refuse(publication.topic, id, publication.mayBeThere)
    }
    return true
  }

  #again (publication: Publication, now: number): void {
    publication.sentAt = undefined
    publication.dueAt = now + this.#random.integer(RETRY_MS.min, RETRY_MS.max)
  }
}
