import { connectionOf, type TopicName } from '../../hub/topics.ts'
import type { KeepOf } from '../history.ts'
import type { PublishKey } from '../publish-key.ts'
import type { Keys } from './keys.ts'
import type { ScriptArgument } from './script-runner.ts'
import type { WireParts } from './wire-message.ts'

/** One message for the topics that share a number of {@link Keys}. */
export interface BatchItem {
  readonly parts: WireParts
  readonly key: PublishKey | undefined
  /** The topics, with their places in the message's list. */
  readonly topics: ReadonlyArray<readonly [place: number, topic: TopicName]>
  /** Above so many topics the message goes once over a channel that every node has, not once for each topic. */
  readonly isShared: boolean
  readonly isEphemeral: boolean
}

/** One message may make a script call write about so many bytes of histories: that holds Redis for some 40 ms. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024
/** Instead of a routing: nothing is kept. */
const NOT_KEPT = '-'

/** What the publish script is called with. */
export interface BatchCall {
  readonly keys: string[]
  readonly args: ScriptArgument[]
}

/** The channel of messages with many topics. */
export function sharedChannel (keys: Keys, tag: number): string {
  return `${keys.base(tag)}many`
}

/** The key under which an id is remembered. */
export function idKey (keys: Keys, tag: number, { key }: PublishKey): string {
  return `${keys.base(tag)}i:${key}`
}

/** About how many bytes a message makes Redis write: it goes out, and is kept by each of its topics. */
export function weightOf ({ parts: { routing, kept = routing, content }, topics }: BatchItem): number {
  return routing.length + content.length + (topics.length - 1) * (kept.length + content.length)
}

/** Writes the part of the call that is about one message. */
export function addToCall (call: BatchCall, item: BatchItem, { keys, tag, keepOf }: { keys: Keys, tag: number, keepOf: KeepOf }): void {
  const { parts, key, topics, isShared } = item
  call.args.push(key?.fingerprint ?? '', parts.routing, keptRoutingOf(item, keepOf), parts.content, isShared ? 1 : 0, topics.length)
  if (key !== undefined) call.keys.push(idKey(keys, tag, key))
  if (isShared) call.keys.push(sharedChannel(keys, tag))
  for (const [place, topic] of topics) {
    const hasNumber = isNumbered(item, topic)
    call.args.push(place, hasNumber ? 'n' : 'e')
    if (!isShared) call.keys.push(keys.channel(topic))
    if (!hasNumber) continue
    const { size, ttlMs } = keepOf(topic)
    call.keys.push(keys.meta(topic))
    call.args.push(size, Math.ceil(ttlMs / 1000))
    if (size > 0) call.keys.push(keys.history(topic))
  }
}

/** A single connection has no stream of its own: nobody could come back to it. */
function isNumbered ({ isEphemeral }: BatchItem, topic: TopicName): boolean {
  return !isEphemeral && connectionOf(topic) === undefined
}

/** The routing of what is kept, '' for that of the message. One that is too much for all topics of the call is kept by none of them: who missed it is told. */
function keptRoutingOf (item: BatchItem, keepOf: KeepOf): string {
  const { parts: { routing, kept, content }, topics } = item
  const own = kept ?? ''
  if (weightOf(item) <= MAX_KEPT_BYTES) return own
  const copies = topics.filter(([, topic]) => isNumbered(item, topic) && keepOf(topic).size > 0).length
  return copies * ((kept ?? routing).length + content.length) > MAX_KEPT_BYTES ? NOT_KEPT : own
}

/** Refused by the script, with its reason. */
export interface FailedItem {
  readonly kind: 'failed'
  readonly why: string
}

/** What the script did with one message. */
export type ItemOutcome =
  | { readonly kind: 'published', readonly receivers: number, readonly epoch?: string, readonly seq?: number }
  | { readonly kind: 'repeated', readonly epoch?: string, readonly seq?: number, readonly recipients?: number }
  | { readonly kind: 'conflict' }
  | FailedItem

/** Reads the script's answer about one message. */
export function outcomeOf (answer: unknown): ItemOutcome {
  const text = String(answer)
  if (text === '~') return { kind: 'conflict' }
  if (text.startsWith('!')) return { kind: 'failed', why: text.slice(1) }
  const [first = '', second = '', third = ''] = text.replace('=', '').split(' ')
  if (text.startsWith('=')) return { kind: 'repeated', ...positionOf(first, second), ...(third !== '-' && { recipients: Number(third) }) }
  return { kind: 'published', receivers: Number(first), ...positionOf(second, third) }
}

function positionOf (epoch: string, seq: string): { epoch?: string, seq?: number } {
  return epoch === '-' ? {} : { epoch, seq: Number(seq) }
}
