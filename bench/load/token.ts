import { createHmac } from 'node:crypto'

const LIFETIME_S = 3_600
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })

/** How a hub wants its tokens. */
export interface TokenRules {
  /** Name of the claim with the user's id; `sub` by default. */
  readonly userClaim?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}

/** Signs a token of one user (HS256) that lasts an hour. Thousands are made at once, so it does not wait for anything. */
export function signToken (secret: string, userId: string, { userClaim = 'sub', issuer, audience }: TokenRules = {}): string {
  const now = Math.floor(Date.now() / 1_000)
  const unsigned = `${HEADER}.${encode({ [userClaim]: userId, name: userId, iss: issuer, aud: audience, iat: now, exp: now + LIFETIME_S })}`
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}

function encode (value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
