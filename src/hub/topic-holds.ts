import type { Gap, Position } from '../relay/relay-message.ts'
import type { OutboxLimits } from './backlog.ts'
import type { Frame } from './frame.ts'
import type { TopicName } from './topics.ts'

/** A frame that waits, with its number. */
export interface HeldFrame {
  readonly frame: Frame
  readonly position: Position
  /** An answer to the client itself: shown whatever was shown before it. */
  readonly isReply?: boolean
}

/** Numbers whose frames are missing, in the place where they would have been. */
export interface HeldGap {
  readonly from: number
  readonly to: number
  /** Unknown of a gap that the relay told. */
  readonly epoch?: string
}

/** What is held back of a topic. */
export type Held = HeldFrame | HeldGap

/** Numbers of a topic's stream, both ends included. */
interface Span {
  readonly from: number
  readonly to: number
}

/** The present of one topic, held back from a connection that is still being shown its past. */
export class TopicHold {
  readonly topic: TopicName
  /** What the client has to be shown, or told as lost, before what is held. */
  unshown: Span | undefined
  readonly #limits: OutboxLimits
  #waiting: Held[] = []
  #bytes = 0

  /** Takes over what an earlier hold of the topic has not shown, and the replies that wait in it. */
  constructor (topic: TopicName, limits: OutboxLimits, former?: TopicHold) {
    this.topic = topic
    this.#limits = limits
    this.unshown = former?.rest
    for (const reply of former?.replies() ?? []) this.add(reply)
  }

  /** True when what came last found no room. */
  get isOverflowing (): boolean {
    const last = this.#waiting.at(-1)
    return last !== undefined && !('frame' in last)
  }

  /** All that the client has neither been shown nor told as lost. */
  get rest (): Span | undefined {
    const spans = this.#waiting.filter((held) => !isReply(held)).map(spanOf)
    const from = this.unshown?.from ?? spans[0]?.from
    const to = spans.at(-1)?.to ?? this.unshown?.to
    return from === undefined || to === undefined ? undefined : { from, to }
  }

  /** Takes a frame; false when there is no room for it. */
  add (held: HeldFrame): boolean {
    const bytes = this.#bytes + held.frame.length
    if (this.#waiting.length >= this.#limits.messages || bytes > this.#limits.bytes) return false
    this.#waiting.push(held)
    this.#bytes = bytes
    return true
  }

  /** Notes a frame that there was no room for. */
  lose ({ epoch, seq }: Position): void {
    const last = this.#waiting.at(-1)
    const isMore = last !== undefined && !('frame' in last) && last.epoch === epoch
    if (isMore) this.#waiting.splice(-1, 1, { ...last, to: seq })
    else this.#waiting.push({ from: seq, to: seq, epoch })
  }

  /** Notes what the relay has lost. */
  miss ({ from_seq: from, to_seq: to }: Gap): void {
    this.#waiting.push({ from, to })
  }

  /** The replies that are held: their requests were carried out, whatever becomes of the rest. */
  replies (): HeldFrame[] {
    return this.#waiting.filter(isReply)
  }

  /** Hands out the oldest that is held. */
  take (): Held | undefined {
    const held = this.#waiting.shift()
    if (held !== undefined && 'frame' in held) this.#bytes -= held.frame.length
    return held
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

  /** Begins to hold a topic; takes the place of an earlier hold of it, and over what that had not shown. */
  begin (topic: TopicName): TopicHold {
    const hold = new TopicHold(topic, this.#limits, this.#holds.get(topic))
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

function spanOf (held: Held): Span {
  return 'frame' in held ? { from: held.position.seq, to: held.position.seq } : held
}

function isReply (held: Held): held is HeldFrame {
  return 'frame' in held && held.isReply === true
}
