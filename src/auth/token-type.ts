import { isRecord } from '../guards.ts'

/** A plain JWT, or an access token of RFC 9068. Others (identity, logout, proof of possession) give no access. */
const ACCESS_TYPES: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt'])

/** True when the `typ` of a verified token's header, if it has one, says that the token gives access (RFC 8725 section 3.11). */
export function isAccessToken (header: unknown): boolean {
  if (!isRecord(header)) return false
  const { typ } = header
  if (typ === undefined) return true
  return typeof typ === 'string' && ACCESS_TYPES.has(typ.toLowerCase().replace(/^application\//, ''))
}
