import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { DEFAULT_ROLE, type Grants, type Identity } from './identity.ts'

/** A user as an application names one that says itself who somebody is. */
export interface GivenIdentity {
  /** 1 to 256 UTF-16 units. */
  readonly userId: string
  /** The id where it is left out. */
  readonly name?: string | undefined
  /** `user` where there is none. */
  readonly roles?: readonly string[] | undefined
  /** When the connection ends at the latest, ms since 1970; never where it is left out. Whose time is over is nobody. */
  readonly expiresAtMs?: number | undefined
  /** Of the session, or whatever the user comes by: it alone can be banned by this id. 1 to 256 UTF-16 units. */
  readonly tokenId?: string | undefined
  /** In which rooms the user may do what; in all where it is left out. */
  readonly grants?: Grants | undefined
}

/** Broken surrogates do not survive the way to other nodes: two users would become one. */
const TextSchema = Type.RegExp(/^\P{Cs}+$/u, { maxLength: 256 })
const PatternsSchema = Type.Optional(Type.Array(Type.String()))
const GivenSchema = Type.Object({
  userId: TextSchema,
  name: Type.Optional(TextSchema),
  roles: Type.Optional(Type.Array(TextSchema)),
  expiresAtMs: Type.Optional(Type.Number()),
  tokenId: Type.Optional(TextSchema),
  grants: Type.Optional(Type.Object({ join: PatternsSchema, publish: PatternsSchema }))
})
const check = TypeCompiler.Compile(GivenSchema)

/** Completes what an application has said; throws a `TypeError` where that names no user, or cannot be read: a slip must not open what it was meant to close. */
export function fromGiven (given: unknown): Identity {
  if (!check.Check(given)) {
    const flaw = check.Errors(given).First()
    throw new TypeError(`authenticate: expected {userId, name?, roles?, expiresAtMs?, tokenId?, grants?}; ${flaw?.path ?? ''}: ${flaw?.message ?? 'unexpected value'}`)
  }
  const { userId, name = userId, roles = [], expiresAtMs, tokenId, grants } = given
  return {
    userId,
    name,
    roles: roles.length === 0 ? [DEFAULT_ROLE] : [...new Set(roles)],
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(tokenId !== undefined && { tokenId }),
    ...(grants !== undefined && { grants })
  }
}
