import { HubUsageError } from '../errors.ts'
import { fittingAlgorithms, keySetUrl, publicKey, sharedSecret, type Algorithm, type KeyOutcome } from './key-rules.ts'

/** Keys as an application gives them. */
export interface KeyOptions {
  readonly secret?: string | undefined
  /** A second secret, only beside the first. */
  readonly secretNext?: string | undefined
  readonly publicKey?: string | undefined
  readonly jwksUrl?: string | undefined
  readonly algorithms?: readonly string[] | undefined
}

/** One key that is fit for use, or two secrets, and the algorithms that it may be used with. */
export interface TokenKeys {
  readonly secret?: string
  readonly secretNext?: string
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
  const keys = { [name]: checked(name, rules[name](options[name] ?? '')) }
  return { ...keys, ...nextOf(options), algorithms: chosen(fittingAlgorithms(keys), options.algorithms) }
}

function nextOf ({ secret, secretNext }: KeyOptions): Pick<TokenKeys, 'secretNext'> {
  if (secretNext === undefined) return {}
  if (secret === undefined) throw badKey('secretNext: expected only beside secret')
  if (secretNext === secret) throw badKey('secretNext: expected another secret than secret')
  return { secretNext: checked('secretNext', sharedSecret(secretNext)) }
}

function checked (name: string, outcome: KeyOutcome): string {
  if ('expected' in outcome) throw badKey(`${name}: expected ${outcome.expected}`)
  return outcome.value
}

function chosen (fitting: readonly Algorithm[], wanted: readonly string[] = fitting): readonly Algorithm[] {
  const wrong = wanted.filter((name) => !fitting.some((algorithm) => algorithm === name))
  if (wrong.length > 0) throw badKey(`algorithms: expected only ${fitting.join(', ')}, which fit the key, got ${wrong.join(', ')}`)
  return fitting.filter((algorithm) => wanted.includes(algorithm))
}

function badKey (text: string): HubUsageError {
  return new HubUsageError('HUB_ERR_BAD_KEY', text)
}
