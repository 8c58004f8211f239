import { setImmediate as endOfTurn } from 'node:timers/promises'
import { HubError } from '../../src/errors.ts'
import { connectionOf, type TopicName } from '../../src/hub/topics.ts'
import { attempt } from '../../src/maybe-promise.ts'
import type { BanList, OnBanned } from '../../src/relay/ban-list.ts'
import type { KeepOf, StreamPage, StreamRange } from '../../src/relay/history.ts'
import { MemoryBans } from '../../src/relay/memory-bans.ts'
import { MemoryPresence } from '../../src/relay/memory-presence.ts'
import { MemoryTickets } from '../../src/relay/memory-tickets.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import type { OnPresenceChange, PresenceStore } from '../../src/relay/presence-store.ts'
import type { AnswerQuestion, Answers, Question } from '../../src/relay/question.ts'
import type { Deliver, Relay, RelayStatus } from '../../src/relay/relay.ts'
import type { Position, PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import type { TicketStore } from '../../src/relay/ticket-store.ts'
import type { Teardown } from '../helper.ts'
import { LinkedPresence } from './linked-presence.ts'

/** What a test wants different from the service. */
export interface LinkOptions {
  readonly keepOf?: KeepOf
}

/** What the nodes have in common, as a server between them would keep it. */
class Common {
  readonly nodes: LinkedRelay[] = []
  readonly presence = new MemoryPresence()
  readonly bans = new MemoryBans()
  readonly tokenBans = new MemoryBans()
  readonly tickets = new MemoryTickets()
  readonly streams: MemoryRelay

  constructor (keepOf?: KeepOf) {
    this.streams = new MemoryRelay({ ...(keepOf !== undefined && { keepOf }) })
    this.streams.onMessage((message) => {
      const audience = this.nodes.filter((node) => message.topics.some((topic) => node.hasTopic(topic)))
      return audience.reduce((total, node) => total + node.deliver(message), 0)
    })
    this.presence.onChange((change) => { for (const node of this.nodes) node.onChange(change) })
    this.bans.onBanned((id, ban) => { for (const node of this.nodes) node.onBanned(id, ban) })
    this.tokenBans.onBanned((id, ban) => { for (const node of this.nodes) node.onTokenBanned(id, ban) })
  }
}

/** One node's relay. Nothing is answered in the turn of the call. */
export class LinkedRelay implements Relay {
  readonly nodeId: string
  readonly presence: PresenceStore
  readonly bans: BanList
  readonly tokenBans: BanList
  readonly tickets: TicketStore
  /** False for a node that what the nodes have in common does not answer. */
  isReachable = true
  /** True for a node that does not answer the questions of the others. */
  isSilent = false
  /** What `subscribed` waits for. */
  subscribing: () => Promise<unknown> = () => endOfTurn()
  /** Kinds of the questions that this node has asked. */
  readonly asked: string[] = []
  /** Ids of the connections that this node has entered into the room of all. */
  readonly here = new Set<string>()
  deliver: Deliver = () => 0
  answer: AnswerQuestion = () => undefined
  onChange: OnPresenceChange = () => {}
  onBanned: OnBanned = () => {}
  onTokenBanned: OnBanned = () => {}
  readonly #topics = new Set<TopicName>()
  readonly #common: Common

  constructor (nodeId: string, common: Common) {
    this.nodeId = nodeId
    this.#common = common
    this.presence = new LinkedPresence(this, common.presence)
    this.bans = this.#share(common.bans, (listener) => { this.onBanned = listener })
    this.tokenBans = this.#share(common.tokenBans, (listener) => { this.onTokenBanned = listener })
    this.tickets = {
      put: async (ticket, identity, ttlMs) => { await this.reach(); common.tickets.put(ticket, identity, ttlMs) },
      take: async (ticket) => { await this.reach(); return common.tickets.take(ticket) }
    }
  }

  #share (bans: MemoryBans, onBanned: BanList['onBanned']): BanList {
    return {
      ban: async (id, ban) => { await this.reach(); bans.ban(id, ban) },
      lift: async (id) => { await this.reach(); return bans.lift(id) },
      of: (id) => bans.of(id),
      onBanned
    }
  }

  /** A turn of the event loop to what the nodes have in common. */
  async reach (): Promise<void> {
    await endOfTurn()
    if (!this.isReachable) throw new HubError('UNAVAILABLE', 'no answer')
  }

  onMessage (deliver: Deliver): void {
    this.deliver = deliver
  }

  async publish (message: RelayMessage): Promise<PublishResult> {
    await this.reach()
    return this.#common.streams.publish(message)
  }

  subscribe (topic: TopicName): void {
    this.#topics.add(topic)
  }

  unsubscribe (topic: TopicName): void {
    this.#topics.delete(topic)
  }

  /** Whether the node is handed what is published to the topic. */
  hasTopic (topic: TopicName): boolean {
    return this.#topics.has(topic) || connectionOf(topic) !== undefined
  }

  async subscribed (): Promise<void> {
    await this.subscribing()
  }

  onQuestion (answer: AnswerQuestion): void {
    this.answer = answer
  }

  async ask (question: Question): Promise<Answers> {
    this.asked.push(question.kind)
    await endOfTurn()
    const { nodes } = this.#common
    const heard = nodes.filter((node) => node === this || (this.isReachable && node.isReachable && !node.isSilent))
    const answers = await Promise.all(heard.map(async (node) => {
      const answer = await attempt(async () => asJson(await node.answer(asJson(question))), () => undefined)
      return { node: node.nodeId, answer }
    }))
    return { answers, missing: nodes.filter((node) => !heard.includes(node)).map(({ nodeId }) => nodeId) }
  }

  clockAheadMs (): number {
    return 0
  }

  connectionsElsewhere (): number {
    return this.#common.nodes.filter((node) => node !== this).reduce((total, { here }) => total + here.size, 0)
  }

  async position (topic: TopicName): Promise<Position> {
    await this.reach()
    return this.#common.streams.position(topic)
  }

  async positions (topics: readonly TopicName[]): Promise<Position[]> {
    await this.subscribing()
    await this.reach()
    return this.#common.streams.positions(topics)
  }

  handedOn (): void {}

  keeps (topic: TopicName): boolean {
    return this.#common.streams.keeps(topic)
  }

  async read (topic: TopicName, range: StreamRange): Promise<StreamPage> {
    await this.reach()
    return this.#common.streams.read(topic, range)
  }

  /** Nothing gets lost between the nodes. */
  onGap (): void {}

  status (): RelayStatus {
    return this.isReachable ? { kind: 'linked', ready: true } : { kind: 'linked', ready: false, reason: 'relay closed' }
  }

  async close (): Promise<void> {
    this.isReachable = false
    this.#topics.clear()
  }
}

/** Relays `node-1`, `node-2` … of one cluster in one process; they end with the test. */
export function linkRelays (t: Teardown, count = 2, options: LinkOptions = {}): LinkedRelay[] {
  const common = new Common(options.keepOf)
  for (let number = 1; number <= count; number += 1) common.nodes.push(new LinkedRelay(`node-${number}`, common))
  t.teardown(async () => {
    common.presence.close()
    await common.streams.close()
  })
  return common.nodes
}

function asJson<T> (value: T): T {
  return value === undefined ? value : JSON.parse(JSON.stringify(value))
}
