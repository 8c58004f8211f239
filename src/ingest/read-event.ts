import { isRecord } from '../guards.ts'
import { toOutbound } from '../hub/event.ts'
import { topicsOf } from '../hub/targets.ts'
import { jsonProblem } from '../protocol/json-guard.ts'
import { isNotificationType } from '../protocol/reserved-types.ts'
import type { RelayMessage } from '../relay/relay-message.ts'
import { address, isNobody } from './audience.ts'
import type { IncomingEvent } from './ingest-source.ts'
import { MAX_TYPE_UNITS, ruleFor, type SubjectRule } from './subject-map.ts'

/** What becomes of an event: a message, nothing, or nothing that anybody could read. */
export type Reading =
  | { readonly kind: 'message', readonly message: RelayMessage }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unfit', readonly reason: string }

/** How events are read. */
export interface ReadingRules {
  readonly rules: readonly SubjectRule[]
  readonly maxBytes: number
}

const IGNORED: Reading = { kind: 'ignored' }
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Makes a message of an event. One that no rule names, or that is for nobody, is ignored; one that can never be published is unfit. */
export function readEvent ({ subject, id, body }: IncomingEvent, { rules, maxBytes }: ReadingRules): Reading {
  if (subject === '') return unfit('expected a subject')
  const rule = ruleFor(rules, subject)
  if (rule === undefined) return IGNORED
  if (body.byteLength > maxBytes) return unfit(`expected at most ${maxBytes} bytes, got ${body.byteLength}`)
  const payload = parse(body)
  if (!isRecord(payload)) return unfit('expected a JSON object')
  const flaw = jsonProblem(payload)
  if (flaw !== undefined) return unfit(flaw)
  const { type = subject } = rule
  if (!isFitType(type)) return unfit(`expected a subject that can be a type of up to ${MAX_TYPE_UNITS} characters, none of the protocol's own`)
  const addressing = address(rule.audience, payload)
  if ('problem' in addressing) return unfit(addressing.problem)
  const { target } = addressing
  if (isNobody(target)) return IGNORED
  return { kind: 'message', message: { topics: topicsOf(target), event: toOutbound({ type, payload, id }), publisher: '' } }
}

/** With a wildcard the type comes from outside. */
function isFitType (type: string): boolean {
  return type.length <= MAX_TYPE_UNITS && isNotificationType(type)
}

function parse (body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    return undefined
  }
}

function unfit (reason: string): Reading {
  return { kind: 'unfit', reason }
}
