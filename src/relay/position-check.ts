import { monotonicMs } from '../clock.ts'
import type { TopicName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import type { Continuity, Place, StreamSource } from './continuity.ts'

/** What checking positions works with. */
export interface PositionCheckParts {
  readonly continuity: Continuity
  readonly source: StreamSource
  /** Every topic is looked at once in so long, ms. */
  readonly intervalMs: number
  /** How long positions outlive messages, ms: they are kept for longer while somebody is on the topic. */
  readonly positionTtlMs: number
  readonly logger: Logger
}

/** Steps of one round, so that the topics are not all asked for at once. */
const STEPS = 8

/**
 * Compares where the topics of this node stand with where they stand in the store: a message that was lost without a trace, the last one
 * before a silence, shows here alone.
 */
export class PositionCheck {
  readonly #parts: PositionCheckParts
  readonly #timer: NodeJS.Timeout
  /** Where topics stood in the store that had not got there here: their message may have been on its way. */
  #behind = new Map<TopicName, number>()
  /** The topics of the present round that are still to be looked at. */
  #round: TopicName[] = []
  #perStep = 1
  #keepsLonger = false
  #keptAtMs = monotonicMs()
  #isBusy = false

  constructor (parts: PositionCheckParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#tick(), parts.intervalMs / STEPS)
  }

  close (): void {
    clearInterval(this.#timer)
  }

  #tick (): void {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#step()
      .catch((err: unknown) => this.#parts.logger.debug({ err }, 'positions not checked, will be tried again'))
      .finally(() => { this.#isBusy = false })
  }

  async #step (): Promise<void> {
    const { continuity, source } = this.#parts
    for (const [topic, seq] of this.#behind) {
      if ((continuity.streams.get(topic)?.last ?? seq) < seq) continuity.repair(topic)
    }
    this.#behind.clear()
    const asked = this.#nextTopics().map((topic) => ({ topic, last: continuity.streams.get(topic)?.last ?? 0 }))
    if (asked.length === 0) return
    const places = await source.check(asked.map(({ topic }) => topic), this.#keepsLonger)
    for (const [index, { topic, last }] of asked.entries()) this.#compare(topic, last, places[index])
    // Who should restore these may not come, as when subscriptions are refused; it is harmless while somebody does.
    continuity.restored(asked.map(({ topic }) => topic).filter((topic) => continuity.streams.get(topic)?.isHeld === true))
  }

  /** `last` is where the topic stood here when the store was asked. */
  #compare (topic: TopicName, last: number, place: Place): void {
    const { continuity } = this.#parts
    const stream = continuity.streams.get(topic)
    if (stream?.epoch === undefined || stream.isHeld || place === 'unasked') return
    if (place?.epoch !== stream.epoch || place.seq < last) continuity.repair(topic)
    else if (place.seq > stream.last) this.#behind.set(topic, place.seq)
  }

  #nextTopics (): TopicName[] {
    if (this.#round.length === 0) this.#begin()
    return this.#round.splice(-this.#perStep)
  }

  /** The topics as they are now: those that come later have their turn in the next round. */
  #begin (): void {
    const { continuity: { streams }, positionTtlMs } = this.#parts
    this.#round = [...streams.keys()]
    this.#perStep = Math.max(1, Math.ceil(this.#round.length / STEPS))
    this.#keepsLonger = monotonicMs() - this.#keptAtMs > positionTtlMs / 4
    if (this.#keepsLonger) this.#keptAtMs = monotonicMs()
  }
}
