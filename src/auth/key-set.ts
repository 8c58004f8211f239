import { KeyObject } from 'node:crypto'
import { createRemoteJWKSet, errors, type JWSHeaderParameters } from 'jose'
import { isRecord } from '../guards.ts'

/** Rules of a remote key set; times in ms. */
export interface KeySetOptions {
  /** Only keys of these algorithms are looked for; a token of another costs no request. */
  readonly algorithms: readonly string[]
  readonly timeoutMs: number
  /** After so long the set is fetched anew. */
  readonly maxAgeMs?: number
  /** An unknown key has the set fetched anew at most once in this time. */
  readonly cooldownMs?: number
}

/** Finds the public key (PEM) for a token's header. */
export type FindKey = (header: unknown) => Promise<string>

/** The key set could not be had: the token may be good all the same. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError'
}

/** Looks keys up in the set at a fixed address, never at one that a token names. Throws {@link KeySetError} when the set cannot be had. */
export function keyFromSet (url: string, options: KeySetOptions): FindKey {
  const { algorithms, timeoutMs, maxAgeMs = 600_000, cooldownMs = 30_000 } = options
  const keySet = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs, cacheMaxAge: maxAgeMs, cooldownDuration: cooldownMs
  })
  return async (header) => {
    if (!isUsable(header, algorithms)) throw new Error('the token is of no accepted algorithm')
    const { alg, kid } = header
    try {
      const key = await keySet({ alg, ...(kid !== undefined && { kid }) })
      return KeyObject.from(key).export({ type: 'spki', format: 'pem' }).toString()
    } catch (error) {
      throw isNoKey(error) ? error : new KeySetError('key set unavailable', { cause: error })
    }
  }
}

/** The set was asked and has no key for the token, or too many. */
function isNoKey (error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
}

function isUsable (header: unknown, algorithms: readonly string[]): header is JWSHeaderParameters & { alg: string } {
  if (!isRecord(header)) return false
  const { alg, kid } = header
  return typeof alg === 'string' && algorithms.includes(alg) && (kid === undefined || typeof kid === 'string')
}
