import { setTimeout as sleep } from 'node:timers/promises'
import { connectionOf, type TopicName } from '../../hub/topics.ts'
import { publishKey } from '../publish-key.ts'
import type { Deliver } from '../relay.ts'
import type { PublishResult, RelayMessage } from '../relay-message.ts'
import { unavailable } from './answer-watch.ts'
import type { Count, Counting } from './counting.ts'
import type { Keys } from './keys.ts'
import { idKey, type BatchItem } from './publish-batch.ts'
import { firstCountScript, noteCountScript } from './publish-script.ts'
import type { Carried, Publisher } from './publisher.ts'
import type { ScriptRunner } from './script-runner.ts'
import { encodeMessage } from './wire-message.ts'

/** What publishing works with. */
export interface OutgoingParts {
  readonly publisher: Publisher
  readonly keys: Keys
  readonly counting: Counting
  readonly runner: ScriptRunner
  /** Hands a message to this node's connections. */
  readonly deliver: Deliver
  /** Why Redis cannot be used now, or undefined. */
  readonly problem: () => string | undefined
  /** False for a node that may have been taken for dead: first it looks after itself. */
  readonly mayPublish: () => boolean
  /** How long other nodes' counts are waited for. */
  readonly gatherMs: number
}

/** Up to so many topics a message goes out on each one's own channel; with more, once to every node. */
const MAX_OWN_CHANNELS = 16
/** How often a repetition looks whether the first one has been counted, ms. */
const COUNT_LOOK_MS = 50

/** From a message of the hub to what became of it. */
export class Outgoing {
  readonly #parts: OutgoingParts

  constructor (parts: OutgoingParts) {
    this.#parts = parts
  }

  /** Rejects with `UNAVAILABLE` or `INVALID_PAYLOAD`. A notice that Redis cannot carry reaches at least those who are here. */
  async publish (message: RelayMessage): Promise<PublishResult> {
    if (message.ephemeral !== true) return await this.#carry(message)
    if (this.#parts.problem() !== undefined) return this.#deliverHere(message)
    try {
      return await this.#carry(message)
    } catch {
      return this.#deliverHere(message)
    }
  }

  #deliverHere (message: RelayMessage): PublishResult {
    return { recipients: this.#parts.deliver({ ...message, positions: [] }) }
  }

  async #carry (message: RelayMessage): Promise<PublishResult> {
    const { publisher, counting, mayPublish } = this.#parts
    if (!mayPublish()) throw unavailable('this node is not among the others yet')
    const count = message.counted === true ? counting.begin() : undefined
    const parts = encodeMessage(message, count)
    const key = publishKey(message)
    const groups = this.#groupsOf(message.topics)
    const items = [...groups].map(([tag, topics]): [number, BatchItem] => [tag, {
      parts, key, topics, isShared: mustBeShared(message.topics), isEphemeral: message.ephemeral === true
    }])
    try {
      const carried = await Promise.all(items.map(([tag, item]) => publisher.publish(tag, item)))
      const copies = carried.reduce((sum, one) => sum + (one.kind === 'published' ? one.receivers : 0), 0)
      const counted = count === undefined ? undefined : await counting.result(count, copies)
      const result = resultOf(message, carried, counted)
      const [tag] = groups.keys()
      if (key === undefined || counted === undefined || tag === undefined) return result
      return await this.#withFirstCount(result, carried, idKey(this.#parts.keys, tag, key))
    } catch (error) {
      if (count !== undefined) counting.cancel(count)
      throw error
    }
  }

  /** The topics by the number that their keys carry: what shares a number goes into one script call. */
  #groupsOf (topics: readonly TopicName[]): Map<number, Array<[number, TopicName]>> {
    const groups = new Map<number, Array<[number, TopicName]>>()
    for (const [place, topic] of topics.entries()) {
      const tag = this.#parts.keys.tagOf(topic)
      const group = groups.get(tag) ?? []
      groups.set(tag, group)
      group.push([place, topic])
    }
    return groups
  }

  /** A repetition is told the first count; it waits for it while the first one is under way. Where the count cannot be kept, it is told none. */
  async #withFirstCount (result: PublishResult, carried: readonly Carried[], id: string): Promise<PublishResult> {
    const { runner, gatherMs } = this.#parts
    if (result.duplicate !== true) {
      await runner.run(noteCountScript, [id], [result.recipients]).catch(() => {})
      return result
    }
    if (carried.some((one) => one.kind === 'repeated' && one.recipients !== undefined)) return result
    for (let waitedMs = 0; waitedMs <= gatherMs; waitedMs += COUNT_LOOK_MS) {
      const recipients = Number(await runner.run(firstCountScript, [id], []))
      if (recipients >= 0) return { ...result, recipients }
      await sleep(COUNT_LOOK_MS)
    }
    return result
  }
}

/** Nobody subscribes to a single connection's topic: every node looks whether it is there. */
function mustBeShared (topics: readonly TopicName[]): boolean {
  return topics.length > MAX_OWN_CHANNELS || topics.some((topic) => connectionOf(topic) !== undefined)
}

function resultOf ({ topics }: RelayMessage, carried: readonly Carried[], count: Count = { recipients: 0, missing: [] }): PublishResult {
  const repeated = carried.filter((one) => one.kind === 'repeated')
  const isRepetition = carried.length > 0 && repeated.length === carried.length
  const only = topics.length === 1 ? carried[0] : undefined
  return {
    recipients: isRepetition ? repeated.reduce((sum, { recipients = 0 }) => sum + recipients, 0) : count.recipients,
    ...(only?.epoch !== undefined && { seq: only.seq ?? 0, epoch: only.epoch }),
    ...(isRepetition && { duplicate: true as const }),
    ...(count.missing.length > 0 && { missing_nodes: count.missing })
  }
}
