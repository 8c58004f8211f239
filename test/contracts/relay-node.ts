import type { TopicName } from '../../src/hub/topics.ts'
import { JsonText } from '../../src/json-text.ts'
import type { KeepOf, StreamPage, StreamRange } from '../../src/relay/history.ts'
import type { NumberedMessage, OutboundEvent, PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { until, type Teardown } from '../helper.ts'

/** What a test of a relay wants different from the service. */
export interface BuildOptions {
  /** What is kept of each topic; without it, what `defaultKeepOf` says. */
  readonly keepOf?: KeepOf
}

/** One relay, or two of the same cluster; nothing has happened on them, and they end with the test. */
export type BuildRelay = (t: Teardown, options?: BuildOptions) => Promise<{ readonly relay: Relay, readonly second?: Relay }>

/** A node as the relay sees it: notes what it is handed, and says that each message reached two connections. */
export class Node {
  readonly relay: Relay
  readonly received: NumberedMessage[] = []

  constructor (relay: Relay) {
    this.relay = relay
    relay.onMessage((message) => this.received.push(withValue(message)) && 2)
  }

  /** From here on the node gets what is published to the topic. */
  async subscribe (topic: TopicName): Promise<void> {
    this.relay.subscribe(topic)
    await this.relay.subscribed([topic])
  }

  async publish (topics: readonly TopicName[], more: Partial<RelayMessage> = {}): Promise<PublishResult> {
    return await this.relay.publish({ topics, event: eventOf(''), counted: true, ...more })
  }

  /** Publishes that many messages at once; the payloads are 1, 2 … */
  async publishMany (topic: TopicName, count: number): Promise<PublishResult[]> {
    const payloads = Array.from({ length: count }, (_, index) => index + 1)
    return await Promise.all(payloads.map((payload) => this.publish([topic], { event: eventOf(payload), counted: false })))
  }

  async read (topic: TopicName, range: StreamRange = { limit: 100 }): Promise<StreamPage> {
    const page = await this.relay.read(topic, range)
    return { ...page, messages: page.messages.map(({ seq, message }) => ({ seq, message: withValue(message) })) }
  }

  /** Everything received, once it is as much as expected. */
  async got (count: number): Promise<readonly NumberedMessage[]> {
    await until(() => this.received.length >= count)
    return this.received
  }
}

/** Makes the relays to test, and subscribes them. */
export async function nodesOf (t: Teardown, build: BuildRelay, topics: readonly TopicName[], options: BuildOptions = {}): Promise<[Node, ...Node[]]> {
  const { relay, second } = await build(t, options)
  const nodes: [Node, ...Node[]] = [new Node(relay), ...(second === undefined ? [] : [new Node(second)])]
  for (const node of nodes) {
    for (const topic of topics) await node.subscribe(topic)
  }
  return nodes
}

/** An event of no interest but for its payload. */
export function eventOf (payload: unknown): OutboundEvent {
  return { type: 'news', payload, timestamp: '2026-01-01T00:00:00.000Z' }
}

/** The topics that a copy is for, with their numbers. */
export function carriedBy ({ topics, positions, carries = [...topics.keys()] }: NumberedMessage): Array<[string, number]> {
  return carries.map((place) => [topics[place] ?? '', positions[place]?.seq ?? 0])
}

/** A payload may come as text. */
function withValue (message: NumberedMessage): NumberedMessage {
  const { event } = message
  return event.payload instanceof JsonText ? { ...message, event: { ...event, payload: event.payload.toJSON() } } : message
}
