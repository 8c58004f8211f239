import { isRecord } from '../guards.ts'
import type { Target } from '../hub/targets.ts'
import { shortPath } from '../protocol/json-guard.ts'
import { roomNameProblem } from '../rooms/room-name.ts'
import type { Audience, AudiencePart } from './subject-map.ts'

/** Most users, roles and rooms of one event. */
const MAX_NAMES = 10_000
const EXPECTED = 'expected a text, a whole number, or a list of these'

/** Whom an event is for; or what is wrong with the field that should say it. */
export type Addressing = { readonly target: Target | 'all' } | { readonly problem: string }

/** Reads the audience of an event. Lists may be empty: then the event is for nobody. */
export function address (audience: Audience, body: Readonly<Record<string, unknown>>): Addressing {
  if (audience === 'all') return { target: 'all' }
  const target = { users: new Set<string>(), roles: new Set<string>(), rooms: new Set<string>() }
  for (const part of audience) {
    const problem = collect(part, body, target[part.kind])
    if (problem !== undefined) return { problem }
  }
  const { users, roles, rooms } = target
  if (users.size + roles.size + rooms.size > MAX_NAMES) return { problem: `expected at most ${MAX_NAMES} receivers` }
  return { target: { users: [...users], roles: [...roles], rooms: [...rooms] } }
}

/** True when a target names nobody. */
export function isNobody (target: Target | 'all'): boolean {
  return target !== 'all' && [target.users, target.roles, target.rooms].every((names = []) => names.length === 0)
}

function collect ({ kind, isFrom, names }: AudiencePart, body: Readonly<Record<string, unknown>>, found: Set<string>): string | undefined {
  for (const name of names) {
    const texts = isFrom ? namesIn(valueAt(body, name)) : [name]
    if (texts === undefined) return `${shortPath(name)}: ${EXPECTED}`
    for (const text of texts) {
      const problem = kind === 'rooms' ? roomNameProblem(text) : undefined
      if (problem !== undefined) return `${shortPath(name)}: invalid room name: ${problem}`
      found.add(text)
    }
  }
}

function valueAt (body: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = body
  for (const key of path.split('.')) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

function namesIn (value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  const names = values.map(nameOf).filter((name) => name !== undefined)
  return names.length === values.length ? names : undefined
}

/** Ids may be numbers; one that JSON has rounded would be another's. */
function nameOf (value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return Number.isSafeInteger(value) ? String(value) : undefined
}
