import type { TopicName } from '../hub/topics.ts'
import type { HistoryKeep, KeepOf } from './history.ts'

/** What is kept of the topics that a pattern fits: the name of a topic, or the beginning of names, with `*` at its end. */
export interface HistoryRule extends HistoryKeep {
  readonly pattern: string
}

/** What is kept of all topics: size and time are for rooms and users, the rest, and every exception, is said by rules. */
export interface HistorySettings extends HistoryKeep {
  readonly rules: readonly HistoryRule[]
}

/** What a text of rules says; or the part of it that cannot be read, and what was expected instead. */
export type ParsedRules = { readonly rules: readonly HistoryRule[] } | { readonly expected: string, readonly got: string }

/** Reads a time with a unit, such as `24h`, as milliseconds; undefined for other texts. */
export type ReadDuration = (text: string) => number | undefined

/** What is kept where nothing else is said. */
export const defaultHistory: HistorySettings = { size: 100, ttlMs: 300_000, rules: [] }

/** How long the numbers of a topic outlive its last message where nothing else is said, ms: a day. */
export const DEFAULT_POSITION_TTL_MS = 24 * 60 * 60 * 1000

/** Most messages that may be kept of a topic. */
export const MAX_HISTORY_SIZE = 100_000

const NOT_KEPT: HistoryKeep = { size: 0, ttlMs: 0 }
const PATTERN = /^(?:all|(?:user|role|room):(?:[^*\p{Cc}]+\*?|\*))$/u
const EXPECTED_RULE = 'rules such as all=50/60s, room:chat:*=1000/24h or room:live:*=0'
const EXPECTED_PATTERN = `${EXPECTED_RULE}, each for all, user:…, role:… or room:…, with * at the end alone`
const EXPECTED_SIZE = `${EXPECTED_RULE}, each with a size from 0 to ${MAX_HISTORY_SIZE}`
const EXPECTED_TTL = `${EXPECTED_RULE}, each with a time above 0 after the size, unless that is 0`

/** What is kept unless the settings say otherwise: the messages of rooms and users. */
export const defaultKeepOf: KeepOf = keepOfRules(defaultHistory)

/** Makes the answer to what is kept of a topic: the rule for its very name counts, else the one with the longest fitting beginning. */
export function keepOfRules ({ size, ttlMs, rules }: HistorySettings): KeepOf {
  const others = normalize({ size, ttlMs })
  const exact = new Map(rules.filter(({ pattern }) => !pattern.endsWith('*')).map((rule) => [rule.pattern, normalize(rule)]))
  const prefixes = rules.filter(({ pattern }) => pattern.endsWith('*'))
    .map((rule) => ({ prefix: rule.pattern.slice(0, -1), keep: normalize(rule) }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  const byPrefix = (topic: TopicName): HistoryKeep | undefined => prefixes.find(({ prefix }) => topic.startsWith(prefix))?.keep
  return (topic) => exact.get(topic) ?? byPrefix(topic) ?? (isKeptUnasked(topic) ? others : NOT_KEPT)
}

/** Reads rules as the setting WS_HISTORY_RULES has them: `pattern=size/time`, separated by commas. */
export function parseHistoryRules (text: string, readDuration: ReadDuration): ParsedRules {
  const rules: HistoryRule[] = []
  for (const part of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const rule = parseRule(part, readDuration)
    if ('expected' in rule) return { ...rule, got: part }
    if (rules.some(({ pattern }) => pattern === rule.pattern)) return { expected: 'no pattern twice', got: part }
    rules.push(rule)
  }
  return { rules }
}

/** The name of a room or user may hold `=` and `/`, what stands after it may not. */
function parseRule (text: string, readDuration: ReadDuration): HistoryRule | { readonly expected: string } {
  const middle = text.lastIndexOf('=')
  if (middle === -1) return { expected: EXPECTED_RULE }
  const pattern = text.slice(0, middle).trim()
  if (!PATTERN.test(pattern)) return { expected: EXPECTED_PATTERN }
  const [sizeText = '', ...ttlTexts] = text.slice(middle + 1).split('/').map((part) => part.trim())
  const size = /^\d{1,6}$/.test(sizeText) ? Number(sizeText) : Infinity
  if (size > MAX_HISTORY_SIZE) return { expected: EXPECTED_SIZE }
  const ttlMs = ttlTexts.length === 0 ? 0 : readDuration(ttlTexts.join('/'))
  const isEnough = ttlMs !== undefined && (size === 0 || ttlMs > 0)
  return isEnough ? { pattern, size, ttlMs } : { expected: EXPECTED_TTL }
}

function normalize ({ size, ttlMs }: HistoryKeep): HistoryKeep {
  return size > 0 ? { size, ttlMs } : NOT_KEPT
}

function isKeptUnasked (topic: TopicName): boolean {
  return topic.startsWith('room:') || topic.startsWith('user:')
}
