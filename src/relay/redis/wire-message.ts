import { JsonText, jsonTextOf } from '../../json-text.ts'
import { connectionOf, type TopicName } from '../../hub/topics.ts'
import type { NumberedMessage, OutboundEvent, Position, RelayMessage } from '../relay-message.ts'
import { parseRecord } from './parse-record.ts'

/** Where the answers to a counted message go: the lease of its node, and the node's number for it. */
export interface CountRequest {
  readonly lease: string
  readonly number: number
}

/** The parts of a message that its publisher writes; the script puts the positions in front. */
export interface WireParts {
  /** Whom it is for beside the channel's topic, whom not, and who wants to know. */
  readonly routing: string
  /** The routing of what is kept, where that is shorter. */
  readonly kept?: string
  /** What the receivers see; kept in the history as it is. */
  readonly content: string
}

/** A message as it came on a topic's channel. */
export interface WireMessage {
  readonly message: NumberedMessage
  readonly count: CountRequest | undefined
}

/**
 * Each topic keeps a copy of its own: with more topics than these a copy names its own alone, else they would grow as the square. What is
 * lost with the others: who comes back to several topics of such a message, or whose node fetches it anew for several, may get a copy
 * by each. Whom it is not for is kept in full, so that it is never shown to them.
 */
const MAX_KEPT_TOPICS = 16

/** Writes a message: a line of routing, a line about the event, and its payload as it is. */
export function encodeMessage ({ topics, except = [], event, ephemeral }: RelayMessage, count?: CountRequest): WireParts {
  const { payload, ...head } = event
  const routing = {
    // Otherwise the channel says it.
    ...((topics.length > 1 || topics.some(isSingleConnection)) && { t: topics }),
    ...(except.length > 0 && { x: except }),
    ...(ephemeral === true && { e: 1 }),
    ...(count !== undefined && { n: [count.lease, count.number] })
  }
  return {
    routing: JSON.stringify(routing),
    ...(topics.length > MAX_KEPT_TOPICS && { kept: JSON.stringify({ ...(except.length > 0 && { x: except }) }) }),
    content: `${JSON.stringify(head)}\n${jsonTextOf(payload)}`
  }
}

/** Such a topic has no channel of its own. */
function isSingleConnection (topic: TopicName): boolean {
  return connectionOf(topic) !== undefined
}

/** Reads a message from the channel or the history of a topic; undefined for one that cannot be read. The payload stays text. */
export function decodeMessage (text: string, topic: TopicName | undefined): WireMessage | undefined {
  const positionsEnd = text.indexOf('\n')
  const routingEnd = text.indexOf('\n', positionsEnd + 1)
  const headEnd = text.indexOf('\n', routingEnd + 1)
  if (positionsEnd < 0 || routingEnd < 0 || headEnd < 0) return undefined
  const routing = parseRecord(text.slice(positionsEnd + 1, routingEnd))
  const head = parseRecord(text.slice(routingEnd + 1, headEnd))
  if (routing === undefined || !isHead(head)) return undefined
  const topics = textsOf(routing['t']) ?? (topic === undefined ? [] : [topic])
  const except = textsOf(routing['x'])
  return {
    message: {
      topics,
      ...(except !== undefined && { except }),
      ...(routing['e'] === 1 && { ephemeral: true }),
      event: { ...head, payload: new JsonText(text.slice(headEnd + 1)) },
      ...placesOf(text.slice(0, positionsEnd))
    },
    count: countOf(routing['n'])
  }
}

/** Reads `place[:epoch:seq]`, separated by commas. */
function placesOf (text: string): { carries: number[], positions: (Position | undefined)[] } {
  const carries: number[] = []
  const positions: (Position | undefined)[] = []
  for (const part of text.split(',')) {
    const [place = '', epoch, seq] = part.split(':')
    const index = Number(place)
    carries.push(index)
    positions[index] = epoch === undefined ? undefined : { epoch, seq: Number(seq) }
  }
  return { carries, positions }
}

function countOf (value: unknown): CountRequest | undefined {
  if (!Array.isArray(value)) return undefined
  const [lease, number]: unknown[] = value
  return typeof lease === 'string' && typeof number === 'number' ? { lease, number } : undefined
}

function isHead (value: Record<string, unknown> | undefined): value is Omit<OutboundEvent, 'payload'> & Record<string, unknown> {
  return value !== undefined && typeof value['type'] === 'string' && typeof value['timestamp'] === 'string'
}

function textsOf (value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined
}
