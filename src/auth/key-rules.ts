import { createPublicKey, type KeyObject } from 'node:crypto'

/** A key in its usual form, or what was expected instead. */
export type KeyOutcome = { readonly value: string } | { readonly expected: string }

/** The signature algorithms a token may have. */
export const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const

/** One of {@link ALGORITHMS}. */
export type Algorithm = typeof ALGORITHMS[number]

/** A key shorter than the hash of HS256 can be guessed (RFC 7518 section 3.2). */
export const MIN_SECRET_BYTES = 32
/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048
const PUBLIC_PEM = /^-----BEGIN (RSA )?PUBLIC KEY-----\s[\sA-Za-z0-9+/=]+-----END (RSA )?PUBLIC KEY-----$/

/** A secret long enough that only we know: a public key in its place would let everybody sign tokens. */
export function sharedSecret (text: string): KeyOutcome {
  if (isPublicMaterial(text)) return { expected: 'a random secret, not a PEM, certificate, JWK or other key file' }
  const length = Buffer.byteLength(text)
  return length >= MIN_SECRET_BYTES ? { value: text } : { expected: `at least ${MIN_SECRET_BYTES} bytes, got ${length}` }
}

/** A public key in PEM form, given back as clean SPKI text; `\n` may stand for a line break. */
export function publicKey (text: string): KeyOutcome {
  const pem = text.replaceAll('\\n', '\n').replace(/^\uFEFF/, '').trim()
  if (/PRIVATE KEY/.test(pem)) return { expected: 'a public key, got a private one' }
  if (!PUBLIC_PEM.test(pem)) return { expected: 'exactly one public key in PEM form (BEGIN PUBLIC KEY)' }
  const key = readKey(pem)
  if (key === undefined) return { expected: 'a public key that can be read' }
  if (algorithmOf(key) === undefined) return { expected: 'an RSA key of 2048 bits or more, a P-256 key or an Ed25519 key' }
  return { value: key.export({ type: 'spki', format: 'pem' }).toString() }
}

/** The fixed address of a key set; whether plain http will do is decided with the environment. */
export function keySetUrl (text: string): KeyOutcome {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const known = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  return known ? { value: url.href } : { expected: 'an http or https URL without credentials' }
}

/** The one algorithm that fits a public key, as read by {@link publicKey}. */
function algorithmOfPem (pem: string): Algorithm | undefined {
  const key = readKey(pem)
  return key && algorithmOf(key)
}

/** Keys as they are given: one of them, or none. */
export interface KeyMaterial {
  readonly publicKey?: string | undefined
  readonly jwksUrl?: string | undefined
}

/** The algorithms that fit the kind of key. HMAC never stands beside the others: a public key must not be taken for a secret. */
export function fittingAlgorithms ({ publicKey: pem, jwksUrl }: KeyMaterial): readonly Algorithm[] {
  if (jwksUrl !== undefined) return ['RS256', 'ES256', 'EdDSA']
  return pem === undefined ? ['HS256'] : [algorithmOfPem(pem) ?? 'RS256']
}

/** Whether traffic to the URL never leaves this machine. */
export function isLoopback (href: string): boolean {
  const { hostname } = new URL(href)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}

function algorithmOf ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm | undefined {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS ? 'RS256' : undefined
  if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined
}

function readKey (pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}

function isPublicMaterial (text: string): boolean {
  return /-----BEGIN |^\s*(?:ssh-|ecdsa-)|^[\s\uFEFF]*\{[^]*"(?:kty|keys)"/.test(text)
}
