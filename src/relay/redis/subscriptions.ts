import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../logger.ts'
import { UNKNOWN } from './command-runner.ts'
import type { HostPort } from './redis-url.ts'
import type { Subscriber } from './subscriber.ts'
import type { SubscriberParts } from './subscriber-parts.ts'

/** How long the cluster gets to say where a slot has moved, ms; what it says later is found by the next look. */
const MOVE_LOOK_MS = 50

/** What the subscriber of one connection tells. */
export type SubscriberEvents = Pick<SubscriberParts, 'onFrame' | 'onMoved' | 'onRefused' | 'onConfirmed' | 'onInterrupted' | 'onRestored'>

/** What subscriptions work with. */
export interface SubscriptionsParts {
  /** Where a channel is published: `host:port` of a master, '' while that is not known, or always the same text where there is one server only. */
  readonly placeOf: (channel: string) => string
  /** Opens the connection to such a place. */
  readonly open: (place: string, events: SubscriberEvents) => Subscriber
  readonly onFrame: SubscriberParts['onFrame']
  readonly onConfirmed: SubscriberParts['onConfirmed']
  /** Nothing arrives on these channels until they are confirmed again: their connection has broken, or their slot has moved. */
  readonly onInterrupted: SubscriberParts['onInterrupted']
  /** Changes whenever {@link placeOf} may answer otherwise than before. */
  readonly topology: () => string
  /** Asks the cluster anew who has which slots. */
  readonly refresh: () => void
  /** How often channels are looked for that have moved to another master, ms. */
  readonly movedCheckMs: number
  readonly logger: Logger
}

/** All channels of this node, over as many connections as there are servers to subscribe at. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts
  readonly #subscribers = new Map<string, Subscriber>()
  /** Where each channel is subscribed. */
  readonly #places = new Map<string, string>()
  readonly #movedCheck: NodeJS.Timeout
  #refusal: string | undefined
  /** Some channels wait for the cluster to say where they are. */
  #hasUnknown = false
  #topology = ''
  #hasStarted = false

  constructor (parts: SubscriptionsParts) {
    this.#parts = parts
    this.#movedCheck = setInterval(() => this.#followMoves(), parts.movedCheckMs)
  }

  /** True while every channel is confirmed. */
  get isReady (): boolean {
    const isKnown = this.#subscribers.size > 0 && !this.#hasUnknown
    return isKnown && [...this.#subscribers.values()].every((subscriber) => subscriber.isReady)
  }

  /** Why they are not complete, or undefined. */
  get problem (): string | undefined {
    if (this.isReady) return undefined
    return this.#refusal ?? 'the subscriptions at Redis are not complete yet'
  }

  add (channel: string): void {
    if (this.#places.has(channel)) return
    const place = this.#parts.placeOf(channel)
    this.#places.set(channel, place)
    if (place === UNKNOWN) this.#hasUnknown = true
    else this.#at(place).add(channel)
  }

  remove (channel: string): void {
    const place = this.#places.get(channel)
    if (place === undefined) return
    this.#places.delete(channel)
    this.#subscribers.get(place)?.remove(channel)
  }

  /** True when what is published to all of the channels from now on arrives here. */
  areConfirmed (channels: readonly string[]): boolean {
    return channels.every((channel) => this.#subscriberOf(channel)?.isConfirmed(channel) === true)
  }

  /** Resolves when {@link areConfirmed}, or when a channel was given up, or the signal comes. */
  async confirmed (channels: readonly string[], signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }) })
    while (!signal.aborted) {
      const open = channels.find((channel) => this.#places.has(channel) && this.#subscriberOf(channel)?.isConfirmed(channel) !== true)
      if (open === undefined) return
      // A channel whose place is not known yet has no subscriber to wait for.
      await Promise.race([aborted, this.#subscriberOf(open)?.changed() ?? sleep(this.#parts.movedCheckMs)])
    }
  }

  close (): void {
    clearInterval(this.#movedCheck)
    for (const subscriber of this.#subscribers.values()) subscriber.close()
  }

  #subscriberOf (channel: string): Subscriber | undefined {
    return this.#subscribers.get(this.#places.get(channel) ?? '')
  }

  #at (place: string): Subscriber {
    const known = this.#subscribers.get(place)
    if (known !== undefined) return known
    const { open, onFrame, onConfirmed, onInterrupted, logger } = this.#parts
    const subscriber = open(place, {
      onFrame,
      onConfirmed,
      onInterrupted,
      onMoved: () => this.#moved(),
      onRefused: (error) => this.#refused(error),
      onRestored: () => {
        this.#refusal = undefined
        logger.debug({ place }, 'subscriptions are complete')
        this.#noteStart()
      }
    })
    this.#subscribers.set(place, subscriber)
    return subscriber
  }

  /** Once in the life of this node; what comes later are repairs. */
  #noteStart (): void {
    if (this.#hasStarted || !this.isReady) return
    this.#hasStarted = true
    this.#parts.logger.info({}, 'WebSocket relay listener started')
  }

  #refused ({ message }: Error): void {
    const refusal = `cannot subscribe at Redis: ${message}`
    if (refusal !== this.#refusal) this.#parts.logger.warn({ reason: message }, 'Relay error: cannot subscribe at Redis, trying on')
    this.#refusal = refusal
  }

  /** The channels that moved are not received any more: the sooner it is known where they are, the less is missed. */
  #moved (): void {
    this.#parts.refresh()
    setTimeout(() => this.#followMoves(), MOVE_LOOK_MS)
  }

  /** A slot that moved, or a failover: the channel is published at another master from now on. */
  #followMoves (): void {
    const topology = this.#parts.topology()
    if (topology === this.#topology && !this.#hasUnknown) return
    this.#topology = topology
    const moved: string[] = []
    this.#hasUnknown = false
    for (const [channel, place] of this.#places) {
      const now = this.#parts.placeOf(channel)
      if (now === UNKNOWN) this.#hasUnknown = true
      if (now === place || now === UNKNOWN) continue
      if (place !== UNKNOWN) moved.push(channel)
      this.#places.set(channel, now)
      this.#subscribers.get(place)?.remove(channel)
      this.#at(now).add(channel)
    }
    if (moved.length === 0) return
    this.#parts.onInterrupted(moved)
    this.#parts.logger.info({ channels: moved.length }, 'channels moved to another Redis master')
    this.#closeUnused()
  }

  #closeUnused (): void {
    const used = new Set(this.#places.values())
    for (const [place, subscriber] of this.#subscribers) {
      if (used.has(place)) continue
      subscriber.close()
      this.#subscribers.delete(place)
    }
  }
}

/** Reads `host:port`; the host may be an IPv6 address. */
export function placeAddress (place: string): HostPort {
  const colon = place.lastIndexOf(':')
  return { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) }
}
