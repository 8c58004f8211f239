import { HubUsageError } from '../errors.ts'
import { fittingAlgorithms, keySetUrl, publicKey, sharedSecret, type Algorithm, type KeyOutcome } from './key-rules.ts'

/** Keys as an application gives them. */
export interface KeyOptions {
  readonly secret?: string | undefined
  readonly publicKey?: string | undefined
  readonly jwksUrl?: string | undefined
  readonly algorithms?: readonly string[] | undefined
}

/** One key that is fit for use, and the algorithms that it may be used with. */
export interface TokenKeys {
  readonly secret?: string
  readonly publicKey?: string
  readonly jwksUrl?: string
  readonly algorithms: readonly Algorithm[]
}

const rules: Record<'secret' | 'publicKey' | 'jwksUrl', (text: string) => KeyOutcome> = { secret: sharedSecret, publicKey, jwksUrl: keySetUrl }

/**
 * Checks an application's keys as those of the settings are checked. Throws `HubUsageError` when there is not exactly one, when
 * it is unfit, or when an algorithm does not fit it: a public key taken for a secret would let everybody sign tokens.
 */
export function toKeys (options: KeyOptions): TokenKeys {
  const given = (['secret', 'publicKey', 'jwksUrl'] as const).filter((name) => options[name] !== undefined)
  const [name] = given
  if (name === undefined || given.length > 1) throw badKey(`expected one of secret, publicKey and jwksUrl, got ${given.length}`)
  const outcome = rules[name](options[name] ?? '')
  if ('expected' in outcome) throw badKey(`${name}: expected ${outcome.expected}`)
  const keys = { [name]: outcome.value }
  return { ...keys, algorithms: chosen(fittingAlgorithms(keys), options.algorithms) }
}

function chosen (fitting: readonly Algorithm[], wanted: readonly string[] = fitting): readonly Algorithm[] {
  const wrong = wanted.filter((name) => !fitting.some((algorithm) => algorithm === name))
  if (wrong.length > 0) throw badKey(`algorithms: expected only ${fitting.join(', ')}, which fit the key, got ${wrong.join(', ')}`)
  return fitting.filter((algorithm) => wanted.includes(algorithm))
}

function badKey (text: string): HubUsageError {
  return new HubUsageError('HUB_ERR_BAD_KEY', text)
}
