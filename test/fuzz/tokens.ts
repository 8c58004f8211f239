import { badTokens } from '../support/bad-tokens.ts'
import { forge } from '../support/forge.ts'
import type { Random } from '../faults/random.ts'

/** A user that fuzzed clients come as. */
export interface FuzzUser {
  readonly id: string
  readonly token: string
}

const USERS = 48
const VICTIMS = 8
const DAY_S = 86_400
const SIGNATURE = /[^.]*$/

/** Longer than any run. */
const exp = Math.floor(Date.now() / 1_000) + DAY_S

function userOf (id: string, claims: object = {}): FuzzUser {
  return { id, token: forge({ alg: 'HS256', typ: 'JWT' }, { sub: id, exp, ...claims }) }
}

/** Those who have it to themselves to be thrown out and banned. */
export const victims: readonly FuzzUser[] = Array.from({ length: VICTIMS }, (_, index) => userOf(`victim-${index}`, { name: 'Victim' }))

/** Everybody else: names of all kinds, roles, grants. */
export const users: readonly FuzzUser[] = Array.from({ length: USERS }, (_, index) => userOf(`fuzz-${index}`, [
  { name: 'Ada' }, { name: '\u202e😀', role: 'user' }, { name: '__proto__', roles: ['user', 'constructor'] }, {}, { name: 'é', role: 'moderator' },
  { rooms: { join: ['*'], publish: ['shared-*'] } }, { rooms: { join: ['shared-*'] } }, { name: 'x'.repeat(200) }
][index % 8]))

/** An administrator; its frames may reach everybody. */
export const admin = userOf('fuzz-admin', { role: 'admin' })

/** Its time comes while a run lasts. */
const SOON_GOOD = /^nbf \d{10}$/
/** Tokens that let nobody in, and never will. */
const badOnes: readonly string[] = Object.entries(badTokens()).filter(([name]) => !SOON_GOOD.test(name)).map(([, token]) => token)

/** A token that lets nobody in: one of the known ones, or a good one with a bit of its signature turned. */
export function badToken (random: Random): string {
  if (random.chance(0.6)) return random.pick(badOnes)
  const { token } = random.pick(users)
  const signature = Buffer.from(SIGNATURE.exec(token)?.[0] ?? '', 'base64url')
  const at = random.integer(0, signature.length - 1)
  signature[at] = (signature[at] ?? 0) ^ 1 << random.integer(0, 7)
  return token.replace(SIGNATURE, signature.toString('base64url'))
}
