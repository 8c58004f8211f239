import { HubError } from '../errors.ts'
import { isRecord } from '../guards.ts'

/** Rooms that a token opens, as names or as beginnings of names with `*` at their end (`*` alone: all). */
export interface Grants {
  /** None where it is absent. */
  readonly join?: readonly string[]
  /** Those that may be joined where it is absent. */
  readonly publish?: readonly string[]
}

/** Who is on a connection, as the token says. */
export interface Identity {
  readonly userId: string
  readonly name: string
  /** At least one; the first is the one shown in `connected`. */
  readonly roles: readonly string[]
  /** True where the token has the user id as a number. */
  readonly hasNumericId?: true
  /** When the token ends, ms since 1970; absent for guests. */
  readonly expiresAtMs?: number
  /** Id of the token, by which it can be banned; absent where it has none. */
  readonly tokenId?: string
  /** In which rooms the user may do what; absent where the token does not say: in all. */
  readonly grants?: Grants
}

/** Where in a token's claims the user stands. */
export interface ClaimNames {
  /** The first of these that is there counts. */
  readonly user: readonly string[]
  readonly name: string
  readonly role: string
}

/** Role of a client without a token. */
const GUEST_ROLE = 'guest'
/** Role of a token that names none. */
export const DEFAULT_ROLE = 'user'
/** Roles that make an administrator where nothing else is said. */
export const DEFAULT_ADMIN_ROLES: readonly string[] = ['admin', 'superadmin']
/** One list for all whose token names none. */
const DEFAULT_ROLES: readonly string[] = [DEFAULT_ROLE]
const MAX_ID_UNITS = 256

/** Reads the user out of verified claims; throws `UNAUTHORIZED` when they do not name one, or say something else that cannot be read. */
export function toIdentity (claims: unknown, names: ClaimNames): Identity {
  if (!isRecord(claims)) throw unauthorized('the token carries no claims')
  const { userId, ...kind } = findUserId(claims, names.user)
  const name = readText(claims[names.name]) ?? userId
  const { exp } = claims
  // 2^53 seconds and beyond are no dates: such a token would never end.
  if (typeof exp !== 'number' || !Number.isSafeInteger(Math.trunc(exp * 1000))) throw unauthorized('the token has no usable exp')
  const grants = readGrants(claims['rooms'])
  return { userId, ...kind, name, roles: readRoles(claims, names.role), expiresAtMs: exp * 1000, ...readTokenId(claims['jti']), ...(grants !== undefined && { grants }) }
}

/** The identity of a client that may come without a token. */
export function guestIdentity (clientId: string): Identity {
  return { userId: clientId, name: clientId, roles: [GUEST_ROLE] }
}

/** True when one of the user's roles is in the list. */
export function hasRole (identity: Identity, roles: readonly string[]): boolean {
  return identity.roles.some((role) => roles.includes(role))
}

function findUserId (claims: Record<string, unknown>, names: readonly string[]): Pick<Identity, 'userId' | 'hasNumericId'> {
  for (const name of names) {
    const value = claims[name]
    if (value === undefined || value === null) continue
    // Above 2^53 different numbers are read as the same: two users would become one.
    if (typeof value === 'number' && Number.isSafeInteger(value)) return { userId: String(value), hasNumericId: true }
    const userId = readText(value)
    if (userId === undefined) throw unauthorized(`the claim ${name} is no user id`)
    return { userId }
  }
  throw unauthorized(`the token has none of the claims ${names.join(', ')}`)
}

/** `role` and `roles`, each a text or a list, as a union in that order. */
function readRoles (claims: Record<string, unknown>, roleClaim: string): readonly string[] {
  const { [roleClaim]: role, roles } = claims
  if (role === undefined && roles === undefined) return DEFAULT_ROLES
  const texts = [role, roles].flat().map(readText).filter((text) => text !== undefined)
  return texts.length > 0 ? [...new Set(texts)] : DEFAULT_ROLES
}

/** Of an id that cannot be read nobody could ban the token: it is refused. */
function readTokenId (jti: unknown): Pick<Identity, 'tokenId'> {
  if (jti === undefined) return {}
  const tokenId = readText(jti)
  if (tokenId === undefined) throw unauthorized('the claim jti is no token id')
  return { tokenId }
}

/** A slip must not open what it was meant to close: the token is refused. */
function readGrants (rooms: unknown): Grants | undefined {
  if (rooms === undefined) return undefined
  if (!isRecord(rooms)) throw unauthorized('the claim rooms is no object')
  const { join, publish } = rooms
  return { ...(join !== undefined && { join: readPatterns('join', join) }), ...(publish !== undefined && { publish: readPatterns('publish', publish) }) }
}

function readPatterns (name: string, patterns: unknown): readonly string[] {
  const isList = Array.isArray(patterns) && patterns.every((pattern: unknown) => typeof pattern === 'string')
  if (!isList) throw unauthorized(`the claim rooms.${name} is no list of texts`)
  return patterns
}

function readText (value: unknown): string | undefined {
  const isText = typeof value === 'string' && value !== '' && value.length <= MAX_ID_UNITS
  // Broken surrogates do not survive the way to other nodes: two users would become one.
  return isText && !/\p{Cs}/u.test(value) ? value : undefined
}

function unauthorized (detail: string): HubError {
  return new HubError('UNAUTHORIZED', detail)
}
