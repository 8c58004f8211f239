import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { SECRET, type Claims } from '../helper.ts'

/** Makes the signature of a token's first two parts. */
export type Sign = (input: string) => Buffer | string

/** A part of a token: a value to be written as JSON, or a text that is put in as it is. */
export type Part = object | string | null

/** Signs like HS256, with any secret. */
export function hmac (secret: string): Sign {
  return (input) => createHmac('sha256', secret).update(input).digest()
}

/** Puts a token together from any header and payload, the sound and the unsound. */
export function forge (header: Part, payload: Part, signer: Sign = hmac(SECRET)): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${Buffer.from(signer(input)).toString('base64url')}`
}

/** A key of a kind, with what a service needs to verify and a test to sign. */
export interface TestKey {
  readonly alg: 'RS256' | 'ES256' | 'EdDSA'
  readonly pem: string
  readonly sign: Sign
  /** The public half as an entry of a key set. */
  jwk (kid: string): Record<string, unknown>
  /** A token of these claims, an hour to live unless they say otherwise. */
  token (claims: Claims, header?: Record<string, unknown>): string
}

/** Makes a key pair. */
export function makeKey (alg: TestKey['alg']): TestKey {
  const { publicKey, privateKey } = pairOf(alg)
  const signer: Sign = (input) => (
    sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  )
  return {
    alg,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: signer,
    jwk: (kid) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }),
    token: (claims, header = {}) => forge({ alg, ...header }, { exp: inAnHour(), ...claims }, signer)
  }
}

/** Seconds since 1970, an hour from now. */
export function inAnHour (): number {
  return Math.floor(Date.now() / 1000) + 3_600
}

function pairOf (alg: TestKey['alg']): { publicKey: KeyObject, privateKey: KeyObject } {
  if (alg === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
}

function encode (part: Part): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}
