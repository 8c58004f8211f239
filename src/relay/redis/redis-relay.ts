import type { TopicName } from '../../hub/topics.ts'
import type { MaybePromise } from '../../maybe-promise.ts'
import type { StreamPage, StreamRange } from '../history.ts'
import type { AnswerQuestion, Answers, Question } from '../question.ts'
import type { Deliver, OnGap, Relay, RelayStatus } from '../relay.ts'
import type { Position, PublishResult, RelayMessage } from '../relay-message.ts'
import { unavailable } from './answer-watch.ts'
import { Asking } from './asking.ts'
import { CommandRunner } from './command-runner.ts'
import { refreshSlots } from './connect.ts'
import { Counting } from './counting.ts'
import { FrameRouter } from './frame-router.ts'
import { Health } from './health.ts'
import { Keys } from './keys.ts'
import { Lease } from './lease.ts'
import { tellScript } from './lease-script.ts'
import { nodeChannel, NodeLife } from './node-life.ts'
import { Outgoing } from './outgoing.ts'
import { sharedChannel } from './publish-batch.ts'
import { Publisher } from './publisher.ts'
import { RedisBans, tokenBans, userBans } from './redis-bans.ts'
import { RedisChangeLog } from './redis-change-log.ts'
import type { RedisRelayOptions } from './redis-relay-options.ts'
import { RedisPresence } from './redis-presence.ts'
import { RedisTickets } from './redis-tickets.ts'
import { ReturnCheck } from './return-check.ts'
import { SharedCounter } from './shared-counter.ts'
import { Streams } from './streams.ts'
import { Subscriptions } from './subscriptions.ts'

/** How long a subscription is waited for, ms; after that it goes on without a promise. */
const SUBSCRIBE_LIMIT_MS = 800
/** Numbers in the names of a cluster's keys: enough to spread over all masters, few enough to fill batches and to be swept. */
const CLUSTER_TAGS = 64

/** The relay of many processes, by way of Redis (`keys.ts` names what is where). */
export class RedisRelay implements Relay {
  readonly nodeId: string
  readonly presence: RedisPresence
  readonly bans: RedisBans
  readonly tokenBans: RedisBans
  readonly tickets: RedisTickets
  readonly changes: RedisChangeLog
  /** Counts requests over all nodes. */
  readonly counter: SharedCounter
  readonly #options: RedisRelayOptions
  readonly #keys: Keys
  readonly #runner: CommandRunner
  readonly #subscriptions: Subscriptions
  readonly #life: NodeLife
  readonly #health: Health
  readonly #asking: Asking
  readonly #router: FrameRouter
  readonly #outgoing: Outgoing
  readonly #publishCommand: string
  readonly #streams: Streams
  readonly #returnCheck: ReturnCheck
  #deliver: Deliver = () => 0
  #onGap: OnGap = () => {}
  #isOpen = true

  constructor (options: RedisRelayOptions) {
    const { nodeId, commands, isCluster, prefix, timings, logger, openSubscriber } = options
    this.nodeId = nodeId
    this.#options = options
    const publishCommand = this.#publishCommand = isCluster ? 'SPUBLISH' : 'PUBLISH'
    const keys = this.#keys = new Keys(prefix, isCluster ? CLUSTER_TAGS : 1)
    const runner = this.#runner = new CommandRunner(commands, timings.answerLimitMs)
    const lease = new Lease({ nodeId, runner, keys, timings, logger, connections: options.connections })
    const allNodes = keys.global('nodes')
    const changes = this.changes = new RedisChangeLog({ runner, keys })
    this.presence = new RedisPresence({ runner, keys, leaseId: () => lease.id, publishCommand, mostLogged: () => changes.maxWaiting, logger })
    this.counter = new SharedCounter(runner, keys, () => this.#problem() === undefined)
    this.tickets = new RedisTickets(runner, keys)
    this.bans = new RedisBans({ runner, keys, publishCommand, allNodes }, userBans)
    this.tokenBans = new RedisBans({ runner, keys, publishCommand, allNodes }, tokenBans)
    this.#asking = new Asking({ nodeId, runner, lease, allNodes, publishCommand, gatherMs: timings.gatherMs, tell: (to, frame) => this.#tell(to, frame) })
    const counting = new Counting({ lease, asking: this.#asking, gatherMs: timings.gatherMs })
    const streams = this.#streams = new Streams({ ...options, runner, keys, deliver: (message) => this.#deliver(message), onGap: (gap) => this.#onGap(gap), checked: () => this.#returnCheck.passed() })
    this.#returnCheck = new ReturnCheck({ commands, check: () => streams.compare(), limitMs: timings.answerLimitMs, logger })
    this.#router = new FrameRouter({ asking: this.#asking, counting, bans: this.bans, tokenBans: this.tokenBans, presence: this.presence, streams, lease, tell: (to, frame) => this.#tell(to, frame), logger })
    const publisher = new Publisher({ ...options, runner, keys, deadlineMs: timings.deadlineMs, publishCommand })
    this.#outgoing = new Outgoing({ publisher, keys, counting, runner, deliver: (message) => this.#deliver(message), problem: () => this.#problem(), mayPublish: () => this.#life.lease.isHeld, gatherMs: timings.gatherMs })
    this.#health = new Health({ runner, keys, probeMs: timings.probeMs, staleMs: timings.probeMs + 2 * timings.answerLimitMs, logger })
    this.#subscriptions = new Subscriptions({
      placeOf: (channel) => runner.masterOf(channel),
      open: openSubscriber,
      // A node that takes leave neither delivers nor answers any more.
      onFrame: (channel, frame) => { if (this.#isOpen) this.#router.onFrame(channel, frame) },
      onConfirmed: (channels) => {
        streams.restored(this.#router.topicsOf(channels))
        // Changes of the bans come on this channel, and may have come while it was not there.
        if (channels.includes(allNodes)) this.#life.rereadBans()
      },
      onInterrupted: (channels) => streams.interrupted(this.#router.topicsOf(channels)),
      topology: () => keys.tags().map((tag) => runner.masterOf(keys.base(tag))).join(),
      refresh: () => refreshSlots(commands),
      movedCheckMs: timings.sweepMs,
      logger
    })
    for (const channel of [allNodes, ...keys.tags().map((tag) => sharedChannel(keys, tag))]) this.#subscriptions.add(channel)
    this.#life = new NodeLife({ ...options, keys, lease, presence: this.presence, bans: this.bans, tokenBans: this.tokenBans, health: this.#health, subscriptions: this.#subscriptions })
  }

  onMessage (deliver: Deliver): void {
    this.#deliver = deliver
  }

  onGap (listener: OnGap): void {
    this.#onGap = listener
  }

  async publish (message: RelayMessage): Promise<PublishResult> {
    if (!this.#isOpen) throw unavailable('the relay is closed')
    // Where there is no connection the publisher says so at once.
    if (this.#runner.isReady && message.ephemeral !== true) await this.#returnCheck.passed()
    return await this.#outgoing.publish(message)
  }

  subscribe (topic: TopicName): void {
    const channel = this.#keys.channel(topic)
    this.#router.route(channel, topic)
    this.#streams.begin(topic)
    this.#subscriptions.add(channel)
  }

  unsubscribe (topic: TopicName): void {
    const channel = this.#keys.channel(topic)
    this.#router.unroute(channel)
    this.#streams.end(topic)
    this.#subscriptions.remove(channel)
  }

  subscribed (topics: readonly TopicName[]): MaybePromise<void> {
    const channels = topics.map((topic) => this.#keys.channel(topic))
    if (this.#subscriptions.areConfirmed(channels)) return
    return this.#subscriptions.confirmed(channels, AbortSignal.timeout(SUBSCRIBE_LIMIT_MS))
  }

  onQuestion (answer: AnswerQuestion): void {
    this.#asking.onQuestion(answer)
  }

  async ask (question: Question): Promise<Answers> {
    return await this.#asking.ask(question)
  }

  clockAheadMs (): number {
    return this.#life.lease.clockAheadMs
  }

  connectionsElsewhere (): number {
    return this.#life.lease.connectionsElsewhere
  }

  async position (topic: TopicName): Promise<Position> {
    await this.#reach([topic])
    return await this.#streams.position(topic)
  }

  async positions (topics: readonly TopicName[]): Promise<Position[]> {
    await this.#reach(topics)
    return await Promise.all(topics.map((topic) => this.#streams.position(topic)))
  }

  handedOn (topic: TopicName, position: Position): MaybePromise<void> {
    return this.#streams.handedOn(topic, position)
  }

  keeps (topic: TopicName): boolean {
    return this.#options.keepOf(topic).size > 0
  }

  async read (topic: TopicName, range: StreamRange): Promise<StreamPage> {
    await this.#reach([topic])
    return await this.#streams.read(topic, range)
  }

  status (): RelayStatus {
    const reason = this.#isOpen ? this.#problem() : 'relay closed'
    return reason === undefined ? { kind: 'redis', ready: true } : { kind: 'redis', ready: false, reason }
  }

  /** Frames that this node could not read, of a newer release perhaps. */
  get skippedFrames (): number {
    return this.#router.skipped
  }

  async close (): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#health.close()
    await this.#life.end()
    this.#returnCheck.close()
    this.#streams.close()
    this.#subscriptions.close()
    this.#runner.close()
  }

  async #reach (topics: readonly TopicName[]): Promise<void> {
    if (!this.#isOpen) throw unavailable('the relay is closed')
    await this.subscribed(topics)
  }

  #problem (): string | undefined {
    if (this.#health.problem !== undefined) return this.#health.problem
    if (!this.#life.lease.isHeld || this.#life.isOwing) return 'this node is not among the others yet'
    return this.#subscriptions.problem
  }

  #tell (lease: string, frame: string): void {
    this.#runner.run(tellScript, [nodeChannel(this.#keys, lease)], [this.#publishCommand, frame]).catch(() => {})
  }
}
