import type { RoomName } from '../hub/topics.ts'

/** What holds in a room beyond what tokens say; nothing of it in a public one. */
export interface RoomPolicy {
  /** Who is in it sees all who listen: there are no subscribers, and nobody else speaks there, sees its past or who is in it. */
  readonly isMembersOnly: boolean
  /** Only for those whose token names it, and for administrators. */
  readonly isPrivate: boolean
  /** Only administrators publish. */
  readonly isReadOnly: boolean
}

/** A policy for the rooms that a pattern fits: the name of a room, or the beginning of names, with `*` at its end. */
export interface RoomRule extends RoomPolicy {
  readonly pattern: string
}

/** What a text of rules says; or the part of it that cannot be read, and what was expected instead. */
export type ParsedPolicy = { readonly rules: readonly RoomRule[] } | { readonly expected: string, readonly got: string }

/** Finds what holds in a room. */
export type PolicyOf = (room: RoomName) => RoomPolicy

const PUBLIC: RoomPolicy = { isMembersOnly: false, isPrivate: false, isReadOnly: false }

/** The words of a rule. */
const policies: ReadonlyMap<string, Partial<RoomPolicy>> = new Map<string, Partial<RoomPolicy>>([
  ['public', {}],
  ['members-only', { isMembersOnly: true }],
  ['private', { isPrivate: true }],
  ['read-only', { isReadOnly: true }]
])
const WORDS = [...policies.keys()]
const PATTERN = /^(?:[^*{}\p{Cc}]+\*?|\*)$/u
/** In a name, the end of another rule: what stands between them is no comma. */
const RULE_END = new RegExp(`=\\s*(?:${WORDS.join('|')})(?![\\w-])`)
const EXPECTED_RULE = 'rules such as team:*=private, news:*=read-only or board=private+members-only'
const EXPECTED_COMMAS = `${EXPECTED_RULE}, with a comma between two of them`
const EXPECTED_PATTERN = `${EXPECTED_RULE}, each for the name of a room, with * at its end alone`
const EXPECTED_WORDS = `${EXPECTED_RULE}, each of ${WORDS.join(', ')}, with + between several`

/** Makes the answer to what holds in a room: the rule for its very name counts, else the one with the longest fitting beginning; without any it is public. */
export function policyOfRules (rules: readonly RoomRule[]): PolicyOf {
  if (rules.length === 0) return () => PUBLIC
  const exact = new Map(rules.filter(({ pattern }) => !pattern.endsWith('*')).map((rule) => [rule.pattern, rule]))
  const prefixes = rules.filter(({ pattern }) => pattern.endsWith('*'))
    .map((rule) => ({ prefix: rule.pattern.slice(0, -1), rule }))
    .sort((a, b) => b.prefix.length - a.prefix.length)
  return (room) => exact.get(room) ?? prefixes.find(({ prefix }) => room.startsWith(prefix))?.rule ?? PUBLIC
}

/** Reads rules as the setting WS_ROOM_POLICY has them: `pattern=policy`, separated by commas. A rule that cannot be read makes the whole text unfit: a slip must not open a room. */
export function parseRoomPolicy (text: string): ParsedPolicy {
  const rules: RoomRule[] = []
  for (const part of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const rule = parseRule(part)
    if ('expected' in rule) return { ...rule, got: part }
    if (rules.some(({ pattern }) => pattern === rule.pattern)) return { expected: 'no pattern twice', got: part }
    rules.push(rule)
  }
  return { rules }
}

/** The name of a room may hold `=`, what stands after it may not. */
function parseRule (text: string): RoomRule | { readonly expected: string } {
  const middle = text.lastIndexOf('=')
  if (middle === -1) return { expected: EXPECTED_RULE }
  // Names are compared as the protocol writes them.
  const pattern = text.slice(0, middle).trim().normalize('NFC')
  if (!PATTERN.test(pattern)) return { expected: EXPECTED_PATTERN }
  if (RULE_END.test(pattern)) return { expected: EXPECTED_COMMAS }
  const words = text.slice(middle + 1).split('+').map((word) => word.trim())
  const known = words.map((word) => policies.get(word)).filter((policy) => policy !== undefined)
  const isContradiction = words.includes('public') && words.length > 1
  return known.length < words.length || isContradiction ? { expected: EXPECTED_WORDS } : known.reduce<RoomRule>((rule, policy) => ({ ...rule, ...policy }), { pattern, ...PUBLIC })
}
