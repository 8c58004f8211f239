import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../logger.ts'
import { jitteredPause } from '../../back-off.ts'
import type { HandleEvent, IngestSource, SourceStatus } from '../ingest-source.ts'
import { SourceHealth } from '../source-health.ts'
import { ConsumerGroup, type ConsumerGroupOptions } from './consumer-group.ts'
import { HeldEvents } from './held-events.ts'
import { defaultRedisIngestTimings, type RedisIngestTimings } from './redis-ingest-timings.ts'

/** Which events of which server. */
export interface RedisStreamSourceOptions extends ConsumerGroupOptions {
  readonly timings?: Partial<RedisIngestTimings>
  readonly logger: Logger
}

/** Signs of life in the time after which an event goes to another node: one may get lost. */
const SIGNS_PER_WAIT = 3
/** With as many events as agreed it is looked again after so long whether there are fewer. */
const FULL_PAUSE_MS = 10

/** Events from a stream of Redis, by a consumer group. The server may be away at any time, also at the start. */
export class RedisStreamSource implements IngestSource {
  readonly #options: RedisStreamSourceOptions
  readonly #timings: RedisIngestTimings
  readonly #health: SourceHealth
  readonly #end = new AbortController()
  #running: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #lastId: string | undefined

  constructor (options: RedisStreamSourceOptions) {
    this.#options = options
    this.#health = new SourceHealth('Redis', options.logger)
    this.#timings = { ...defaultRedisIngestTimings, ...options.timings }
    // Every event that waits to be tried again listens: so many as may be held.
    setMaxListeners(0, this.#end.signal)
  }

  start (handle: HandleEvent): void {
    if (this.#end.signal.aborted) return
    this.#running ??= this.#run(handle)
  }

  status (): SourceStatus {
    return this.#health.status()
  }

  async stop (): Promise<void> {
    this.#stopping ??= this.#stop()
    await this.#stopping
  }

  async #stop (): Promise<void> {
    this.#end.abort()
    this.#health.stopped()
    await this.#running
  }

  /** Consumes until it is stopped; what was read by then is finished, within bounds. */
  async #run (handle: HandleEvent): Promise<void> {
    const { stream, logger } = this.#options
    const { signal } = this.#end
    const group = new ConsumerGroup(this.#options)
    const held = new HeldEvents({ stream, handle, signal, settle: (id) => group.acknowledge(id) })
    const ticker = setInterval(() => {
      this.#lookAfter(group, held).catch((error: unknown) => { logger.debug({ err: error }, 'no sign of life about events') })
    }, this.#timings.ackWaitMs / SIGNS_PER_WAIT)
    await this.#consume(group, held)
    await Promise.race([held.whenSettled(), sleep(this.#timings.stopMs, undefined, { ref: false })])
    clearInterval(ticker)
    await Promise.race([this.#giveBack(group, held), sleep(this.#timings.stopMs, undefined, { ref: false })])
    group.close()
  }

  async #consume (group: ConsumerGroup, held: HeldEvents): Promise<void> {
    const { signal } = this.#end
    let attempt = 0
    while (!signal.aborted) {
      try {
        await group.connected(this.#timings.answerLimitMs, signal)
        const begun = await group.provide(this.#lastId)
        this.#lastId ??= begun
        attempt = 0
        while (!signal.aborted) await this.#read(group, held)
      } catch (error) {
        attempt += 1
        this.#health.failed(error)
        await sleep(jitteredPause(attempt, this.#timings.reconnect), undefined, { signal }).catch(() => {})
      }
    }
  }

  async #read (group: ConsumerGroup, held: HeldEvents): Promise<void> {
    const { batch, maxPending, blockMs } = this.#timings
    const room = maxPending - held.size
    if (room <= 0) {
      await sleep(FULL_PAUSE_MS, undefined, { signal: this.#end.signal })
      return
    }
    for (const entry of await group.read(Math.min(batch, room), blockMs)) {
      this.#lastId = entry.id
      held.take(entry, 1)
    }
    this.#health.succeeded({ stream: this.#options.stream })
  }

  async #giveBack (group: ConsumerGroup, held: HeldEvents): Promise<void> {
    const { logger } = this.#options
    await group.giveBack(held.leftOver(), this.#timings.ackWaitMs).catch((error: unknown) => { logger.debug({ err: error }, 'events not given back') })
  }

  /** Says that the events of this node are in hands, and takes over those of which nobody says so. */
  async #lookAfter (group: ConsumerGroup, held: HeldEvents): Promise<void> {
    await group.keep(held.ids())
    const room = Math.min(this.#timings.batch, this.#timings.maxPending - held.size)
    if (room <= 0 || this.#end.signal.aborted) return
    for (const entry of await group.claim(room, this.#timings.ackWaitMs)) held.take(entry, entry.attempt)
  }
}
