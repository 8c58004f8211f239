import { jetstream, type Consumer, type ConsumerMessages } from '@nats-io/jetstream'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../logger.ts'
import { jitteredPause } from '../../back-off.ts'
import { natsShortfall, warnOfShortfall } from '../../version-floors.ts'
import type { HandleEvent, IngestSource, SourceStatus } from '../ingest-source.ts'
import { SourceHealth } from '../source-health.ts'
import { Deliveries } from './deliveries.ts'
import { openConnection } from './open-connection.ts'
import { settledUpTo, setUp, type StreamPlace } from './jetstream-setup.ts'
import type { NatsTarget } from './nats-url.ts'
import { defaultNatsTimings, type NatsTimings } from './nats-timings.ts'

/** Which events of which server. */
export interface NatsSourceOptions {
  readonly target: NatsTarget
  /** Name of the stream; made for the subjects when there is none. */
  readonly stream: string
  /** Name of the durable consumer, which all nodes share. */
  readonly consumer: string
  readonly subjects: readonly string[]
  readonly timings?: Partial<NatsTimings>
  readonly logger: Logger
}

/** Events from a stream of NATS JetStream, by a durable consumer. The server may be away at any time, also at the start. */
export class NatsSource implements IngestSource {
  readonly #options: NatsSourceOptions
  readonly #timings: NatsTimings
  readonly #health: SourceHealth
  readonly #end = new AbortController()
  #running: Promise<void> | undefined
  #connection: NatsConnection | undefined
  #messages: ConsumerMessages | undefined
  #deliveries: Deliveries | undefined
  #place: StreamPlace | undefined
  #stopping: Promise<void> | undefined

  constructor (options: NatsSourceOptions) {
    this.#options = options
    this.#health = new SourceHealth('NATS', options.logger)
    this.#timings = { ...defaultNatsTimings, ...options.timings }
  }

  start (handle: HandleEvent): void {
    if (this.#end.signal.aborted) return
    this.#deliveries ??= new Deliveries(handle, this.#timings.ackWaitMs, this.#options.logger)
    this.#running ??= this.#run(this.#deliveries)
  }

  status (): SourceStatus {
    return this.#health.status()
  }

  async stop (): Promise<void> {
    this.#stopping ??= this.#stop()
    await this.#stopping
  }

  /** Consumes for ever: after whatever end it begins anew, with growing pauses while nothing succeeds. */
  async #run (deliveries: Deliveries): Promise<void> {
    const { signal } = this.#end
    let attempt = 0
    while (!signal.aborted) {
      attempt += 1
      try {
        const messages = await this.#begin(deliveries)
        attempt = 0
        const end = await messages.closed()
        if (end instanceof Error) throw end
      } catch (error) {
        this.#health.failed(error)
      }
      await sleep(jitteredPause(attempt + 1, this.#timings.reconnect), undefined, { signal }).catch(() => {})
    }
  }

  async #begin (deliveries: Deliveries): Promise<ConsumerMessages> {
    const { stream, consumer, subjects, logger } = this.#options
    const timings = this.#timings
    const connection = await this.#connect()
    this.#place = await setUp({ connection, stream, consumer, subjects, timings, logger }, this.#place)
    const pulled = await jetstream(connection, { timeout: timings.answerLimitMs }).consumers.get(stream, consumer)
    this.#end.signal.throwIfAborted()
    const messages = await pulled.consume({
      max_messages: timings.batch,
      expires: timings.pullMs,
      abort_on_missing_resource: true,
      callback: (message) => deliveries.take(message)
    })
    this.#messages = messages
    this.#follow(pulled, messages)
    this.#health.succeeded({ server: connection.getServer() })
    return messages
  }

  /** Looks now and then how far all nodes have come: a consumer that vanishes takes the knowledge with it. */
  #follow (consumer: Consumer, messages: ConsumerMessages): void {
    const look = setInterval(() => { this.#notePlace(consumer).catch(() => {}) }, this.#timings.pullMs)
    look.unref()
    messages.closed().finally(() => clearInterval(look)).catch(() => {})
  }

  async #notePlace (consumer: Consumer): Promise<void> {
    const place = this.#place
    const seq = settledUpTo(await consumer.info())
    // Another one by now belongs to another stream, perhaps.
    if (place !== undefined && place === this.#place && seq > place.seq) this.#place = { ...place, seq }
  }

  async #connect (): Promise<NatsConnection> {
    if (this.#connection?.isClosed() === false) return this.#connection
    const connection = await openConnection(this.#options.target, this.#timings, {
      lost: () => this.#health.failed(new Error('connection lost')),
      found: () => this.#health.succeeded({})
    })
    this.#connection = connection
    warnOfShortfall(this.#options.logger, natsShortfall(connection.info?.version ?? ''))
    if (this.#end.signal.aborted) await connection.close()
    this.#end.signal.throwIfAborted()
    return connection
  }

  async #stop (): Promise<void> {
    this.#end.abort()
    this.#health.stopped()
    const atMost = sleep(this.#timings.stopMs, undefined, { ref: false })
    await Promise.race([this.#leave(), atMost])
    this.#deliveries?.close()
    await this.#connection?.close().catch(() => {})
    await Promise.race([this.#running, atMost])
  }

  async #leave (): Promise<void> {
    await takeRest(this.#messages)
    await this.#deliveries?.whenSettled()
    await this.#connection?.flush().catch(() => {})
  }
}

/** What the server has sent by now is still taken: otherwise nobody had it until the server no longer waits for a verdict. */
async function takeRest (messages: ConsumerMessages & { readonly sub?: Subscription } | undefined): Promise<void> {
  // The library itself does not look at what is on its way when it closes; its subscription does.
  await messages?.sub?.drain()
  await messages?.close()
}
