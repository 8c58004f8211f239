import type { Position } from '../relay/relay-message.ts'
import type { OutboxLimits } from './backlog.ts'
import type { Frame } from './frame.ts'
import type { TopicName } from './topics.ts'

/** A frame that waits, with its number. */
export interface HeldFrame {
  readonly frame: Frame
  readonly position: Position
}

/** The present of one topic, held back from a connection that is still being shown its past. */
export class TopicHold {
  readonly topic: TopicName
  readonly #limits: OutboxLimits
  #frames: HeldFrame[] = []
  #bytes = 0

  constructor (topic: TopicName, limits: OutboxLimits) {
    this.topic = topic
    this.#limits = limits
  }

  /** Takes a frame; false when there is no room for it. */
  add (held: HeldFrame): boolean {
    const bytes = this.#bytes + held.frame.length
    if (this.#frames.length >= this.#limits.messages || bytes > this.#limits.bytes) return false
    this.#frames.push(held)
    this.#bytes = bytes
    return true
  }

  /** Hands out the oldest frames, as many as that. */
  take (count: number): HeldFrame[] {
    const taken = this.#frames.splice(0, count)
    for (const { frame } of taken) this.#bytes -= frame.length
    return taken
  }
}

/** The topics of one connection whose present is held back. */
export class TopicHolds {
  readonly #holds = new Map<TopicName, TopicHold>()
  readonly #limits: OutboxLimits

  constructor (limits: OutboxLimits) {
    this.#limits = limits
  }

  get isEmpty (): boolean {
    return this.#holds.size === 0
  }

  /** Begins to hold a topic; takes the place of an earlier hold of it. */
  begin (topic: TopicName): TopicHold {
    const hold = new TopicHold(topic, this.#limits)
    this.#holds.set(topic, hold)
    return hold
  }

  of (topic: TopicName): TopicHold | undefined {
    return this.#holds.get(topic)
  }

  /** True until the hold has ended, or another has taken its place. */
  has (hold: TopicHold): boolean {
    return this.#holds.get(hold.topic) === hold
  }

  end (hold: TopicHold): void {
    if (this.has(hold)) this.#holds.delete(hold.topic)
  }
}
