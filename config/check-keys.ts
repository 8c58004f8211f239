import type { Report } from './entry.ts'
import type { Config } from './env-schema.ts'
import { ALGORITHMS, fittingAlgorithms, isLoopback, type Algorithm } from '../src/auth/key-rules.ts'

/** What could be read of the settings, and which ones were written (rightly or not). */
export interface Draft {
  readonly values: Partial<Config>
  readonly isGiven: (key: keyof Config) => boolean
}

const KEYS = { jwtSecret: 'JWT_SECRET', jwtPublicKey: 'JWT_PUBLIC_KEY', jwtJwksUrl: 'JWT_JWKS_URL' } as const
const keyNames = Object.keys(KEYS).filter(isKeyName)

/** Checks that there is one kind of key at most, one at least in production, and that it is safely fetched. */
export function checkKeys ({ values, isGiven }: Draft, { problems }: Report): void {
  const given = keyNames.filter(isGiven).map((name) => KEYS[name])
  const all = Object.values(KEYS).join(', ')
  if (given.length > 1) problems.push(`${given.join(', ')}: expected one kind of key, got ${given.length}`)
  checkNext({ values, isGiven }, problems)
  if (given.length === 0 && values.production === true) problems.push(`JWT_SECRET: expected one of ${all} in production, got none`)
  const url = values.jwtJwksUrl
  const isPlain = url !== undefined && url.startsWith('http:') && !isLoopback(url)
  if (isPlain && values.production === true) problems.push('JWT_JWKS_URL: expected https in production, or an address of this machine')
}

/** A change of secrets needs two of them: a second one alone, or the same twice, is a slip. */
function checkNext ({ values: { jwtSecret, jwtSecretNext }, isGiven }: Draft, problems: string[]): void {
  if (isGiven('jwtSecretNext') && !isGiven('jwtSecret')) problems.push('JWT_SECRET_NEXT: expected only beside JWT_SECRET')
  if (jwtSecretNext !== undefined && jwtSecretNext === jwtSecret) problems.push('JWT_SECRET_NEXT: expected another secret than JWT_SECRET')
}

/** The algorithms to accept: those that were written, if they fit the key, else all that do. */
export function resolveAlgorithms ({ values, isGiven }: Draft, { problems }: Report): readonly Algorithm[] {
  const fitting = algorithmsFor({ values, isGiven })
  const wanted = values.jwtAlgorithms ?? []
  const wrong = wanted.filter((algorithm) => !fitting.includes(algorithm))
  if (wrong.length > 0) problems.push(`JWT_ALGORITHMS: expected only ${fitting.join(', ')}, which fit the key, got ${wrong.join(', ')}`)
  return wanted.length > 0 ? wanted : fitting
}

/** All of them where the keys themselves are wrong: that is said already. */
function algorithmsFor ({ values, isGiven }: Draft): readonly Algorithm[] {
  const given = keyNames.filter(isGiven)
  if (given.some((name) => values[name] === undefined) || given.length > 1) return ALGORITHMS
  return fittingAlgorithms({ publicKey: values.jwtPublicKey, jwksUrl: values.jwtJwksUrl })
}

function isKeyName (name: string): name is keyof typeof KEYS {
  return Object.hasOwn(KEYS, name)
}
