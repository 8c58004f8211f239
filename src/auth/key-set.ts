import { KeyObject } from 'node:crypto'
import { createRemoteJWKSet, errors, type JWSHeaderParameters } from 'jose'
import { isRecord } from '../guards.ts'
import { defaultKeySetTimes, KeySetError, KeySetUpkeep, type KeySetTimes } from './key-set-upkeep.ts'

export { KeySetError } from './key-set-upkeep.ts'

/** Rules of a remote key set; times in ms. */
export interface KeySetOptions extends Partial<KeySetTimes> {
  /** Only keys of these algorithms are looked for; a token of another costs no request. */
  readonly algorithms: readonly string[]
  readonly timeoutMs: number
}

/** Finds the public key (PEM) for a token's header. */
export type FindKey = (header: unknown) => Promise<string>

/**
 * Looks keys up in the set at a fixed address, never at one that a token names. Rejects with {@link KeySetError} when the set cannot be had,
 * with another error for a token that no key of it fits.
 */
export function keyFromSet (url: string, { algorithms, timeoutMs, ...times }: KeySetOptions): FindKey {
  // When it is fetched is decided here: the library asks at every lookup while the key server fails.
  const keySet = createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs, cacheMaxAge: Infinity, cooldownDuration: Infinity })
  const upkeep = new KeySetUpkeep(() => keySet.reload(), { ...defaultKeySetTimes, ...times })
  const lookUp = async ({ alg, kid }: UsableHeader): Promise<string> => {
    try {
      const key = await keySet({ alg, ...(kid !== undefined && { kid }) })
      return KeyObject.from(key).export({ type: 'spki', format: 'pem' }).toString()
    } catch (error) {
      throw isNoKey(error) ? error : new KeySetError('key set unavailable', { cause: error })
    }
  }
  return async (header) => {
    if (!isUsable(header, algorithms)) throw new Error('the token is of no accepted algorithm')
    await upkeep.ready()
    try {
      return await lookUp(header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !await upkeep.renewed()) throw error
    }
    return await lookUp(header)
  }
}

type UsableHeader = JWSHeaderParameters & { readonly alg: string }

/** The set has no key for the token, or too many. */
function isNoKey (error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
}

function isUsable (header: unknown, algorithms: readonly string[]): header is UsableHeader {
  if (!isRecord(header)) return false
  const { alg, kid } = header
  return typeof alg === 'string' && algorithms.includes(alg) && (kid === undefined || typeof kid === 'string')
}
