import { SignJWT } from 'jose'
import type { Person } from './cast.ts'

/** Makes a person's token, signed with HS256. */
export type TokenMaker = (person: Person) => Promise<string>

/** A maker of tokens for a service with this secret (at least 32 bytes); they last an hour. */
export function tokenMaker (secret: string): TokenMaker {
  const key = new TextEncoder().encode(secret)
  return ({ id, name }) => new SignJWT({ name })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key)
}
