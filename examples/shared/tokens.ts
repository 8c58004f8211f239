import { SignJWT } from 'jose'

/** Whom a token is for. */
export interface TokenUser {
  readonly id: string
  readonly name: string
  readonly role?: string
}

/**
 * Signs a token as a login service does: HS256 with the secret that the hub has as `JWT_SECRET` (at least 32 bytes).
 * @param lifetime such as `30s` or `1h`
 */
export async function signToken (secret: string, { id, name, role = 'user' }: TokenUser, lifetime = '1h'): Promise<string> {
  return await new SignJWT({ name, role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(new TextEncoder().encode(secret))
}
