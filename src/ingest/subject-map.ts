import { isNotificationType } from '../protocol/reserved-types.ts'
import { roomNameProblem } from '../rooms/room-name.ts'
import { covers, isPattern, subjectProblem } from './subject.ts'

/** Names of one kind: as they stand in the map, or found in an event under fields of it (dotted paths). */
export interface AudiencePart {
  readonly kind: 'users' | 'roles' | 'rooms'
  readonly isFrom: boolean
  readonly names: readonly string[]
}

/** Whom an event is for. */
export type Audience = 'all' | readonly AudiencePart[]

/** Events whose subject fits go to the audience. */
export interface SubjectRule {
  /** A subject, or a pattern with `*` and `>`. */
  readonly subject: string
  readonly audience: Audience
  /** What its message is called; the event's subject where nothing is said. */
  readonly type?: string
}

/** What a text of rules says; or the rule that cannot be read, and what was expected instead. */
export type ParsedSubjectMap = { readonly rules: readonly SubjectRule[] } | { readonly expected: string, readonly got: string }

interface Problem {
  readonly expected: string
}

/** Longest type of a message, as over REST. */
export const MAX_TYPE_UNITS = 128

const EXPECTED_RULE = 'rules such as match.proposal -> users from driver_id, passenger_id as ride.proposal, with ; between them'
const EXPECTED_AUDIENCE = 'an audience: all, users from FIELD, roles ROLE, roles from FIELD, rooms ROOM or rooms from FIELD, several with + between them'
const FIELD = /^[^\s.]+(?:\.[^\s.]+)*$/
const ROLE = /^[^\s\p{Cc}]+$/u

/** Reads the setting NATS_SUBJECTS: `SUBJECT -> AUDIENCE [+ AUDIENCE …] [as TYPE]`, separated by `;` or line breaks. */
export function parseSubjectMap (text: string): ParsedSubjectMap {
  const rules: SubjectRule[] = []
  const parts = text.split(/[;\n]/).map((part) => part.trim()).filter((part) => part !== '')
  for (const [index, part] of parts.entries()) {
    const rule = parseRule(part, rules)
    if ('expected' in rule) return { ...rule, got: `rule ${index + 1}: ${part}` }
    rules.push(rule)
  }
  return rules.length === 0 ? { expected: EXPECTED_RULE, got: 'none' } : { rules }
}

/** The first rule for a subject. */
export function ruleFor (rules: readonly SubjectRule[], subject: string): SubjectRule | undefined {
  return rules.find((rule) => covers(rule.subject, subject))
}

function parseRule (text: string, earlier: readonly SubjectRule[]): SubjectRule | Problem {
  const [, subject = '', rest = ''] = /^(\S+)\s*(?:->|→)\s*(\S.*)$/.exec(text) ?? []
  if (subject === '') return { expected: EXPECTED_RULE }
  const problem = subjectProblem(subject)
  if (problem !== undefined) return { expected: problem }
  const first = earlier.find((rule) => covers(rule.subject, subject))
  if (first !== undefined) return { expected: `no rule behind one that takes all its events (${first.subject})` }
  const message = parseMessage(rest, subject)
  return 'expected' in message ? message : { subject, ...message }
}

/** What comes of the events: audience and type. */
function parseMessage (text: string, subject: string): Omit<SubjectRule, 'subject'> | Problem {
  if (/\sas$/.test(text)) return { expected: 'a type behind as' }
  const [, audienceText = text, type] = /^(.*\S)\s+as\s+(\S*)$/.exec(text) ?? []
  if (type !== undefined && isPattern(type)) return { expected: 'a type without * and >: leave it out where each event has its subject as type' }
  const flaw = typeProblem(type ?? subject)
  if (flaw !== undefined) return flaw
  const audience = parseAudience(audienceText)
  if (audience !== 'all' && 'expected' in audience) return audience
  return type === undefined ? { audience } : { audience, type }
}

function typeProblem (type: string): Problem | undefined {
  if (type === '' || type.length > MAX_TYPE_UNITS) return { expected: `a type of 1 to ${MAX_TYPE_UNITS} characters` }
  return isNotificationType(type) ? undefined : { expected: `a type that the protocol does not use itself (not ${type}); name another with: as TYPE` }
}

function parseAudience (text: string): Audience | Problem {
  const texts = text.split(/(?:^|\s+)\+(?:\s+|$)/)
  if (texts.includes('all')) return texts.length === 1 ? 'all' : { expected: 'all alone: it leaves nobody to add' }
  const parts: AudiencePart[] = []
  for (const text of texts) {
    const part = parsePart(text)
    if ('expected' in part) return part
    parts.push(part)
  }
  return parts
}

function parsePart (text: string): AudiencePart | Problem {
  const [, kind, from, list = ''] = /^(users|roles|rooms)\s+(from\s+)?(\S.*)$/.exec(text) ?? []
  if (kind !== 'users' && kind !== 'roles' && kind !== 'rooms') return { expected: EXPECTED_AUDIENCE }
  const isFrom = from !== undefined
  if (kind === 'users' && !isFrom) return { expected: 'users from FIELD: single users are named by the event' }
  const names = list.split(',').map((name) => name.trim())
  // Somebody forgot the field: no role or room of that name is meant.
  if (!isFrom && names[0] === 'from') return { expected: EXPECTED_AUDIENCE }
  const expected = isFrom ? fieldProblem(names) : namesProblem(kind, names)
  return expected === undefined ? { kind, isFrom, names } : { expected }
}

function fieldProblem (names: readonly string[]): string | undefined {
  return names.every((name) => FIELD.test(name)) ? undefined : 'fields such as driver_id or ride.passengers, with commas between them'
}

function namesProblem (kind: 'users' | 'roles' | 'rooms', names: readonly string[]): string | undefined {
  if (kind === 'roles') return names.every((name) => ROLE.test(name)) ? undefined : 'names of roles without white space, with commas between them'
  const problem = names.map(roomNameProblem).find((problem) => problem !== undefined)
  return problem === undefined ? undefined : `names of rooms with commas between them (${problem})`
}
