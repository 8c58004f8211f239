import { SignJWT, type JWTPayload } from 'jose'
import type { Config } from '../../config/env-schema.ts'

/** Who a token is for. */
export interface TokenUser {
  readonly id: string
  /** Left out of the token when not given: the service shows the id then. */
  readonly name?: string | undefined
  readonly roles?: readonly string[]
}

/** What else a token is made of. */
export interface Signing {
  readonly secret: string
  readonly lifetimeMs: number
}

/** The settings that say what a token has to look like. */
export type TokenRules = Pick<Config, 'jwtUserClaim' | 'jwtNameClaim' | 'jwtRoleClaim' | 'jwtIssuer' | 'jwtAudience'>

/** Signs a token (HS256) that a service with these settings accepts. */
export async function signToken (user: TokenUser, rules: TokenRules, { secret, lifetimeMs }: Signing): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000)
  const token = new SignJWT(userClaims(user, rules))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + Math.floor(lifetimeMs / 1_000))
  if (rules.jwtIssuer !== undefined) token.setIssuer(rules.jwtIssuer)
  if (rules.jwtAudience !== undefined) token.setAudience(rules.jwtAudience)
  return await token.sign(new TextEncoder().encode(secret))
}

/** The user as claims, under the names that the settings give. Several roles stand in `roles`, the first of them also alone. */
export function userClaims ({ id, name, roles = [] }: TokenUser, { jwtUserClaim, jwtNameClaim, jwtRoleClaim }: TokenRules): JWTPayload {
  const [userClaim = 'sub'] = jwtUserClaim
  const [role] = roles
  return {
    [userClaim]: id,
    ...(name !== undefined && { [jwtNameClaim]: name }),
    ...(role !== undefined && { [jwtRoleClaim]: role }),
    ...(roles.length > 1 && { roles: [...roles] })
  }
}
