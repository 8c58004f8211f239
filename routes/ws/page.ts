import { Type } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'

/** Entries of a page, where the request does not say. */
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

/** How many entries. Checked by {@link limitOf}: a schema would read `1e2` as 1. */
export const LimitSchema = Type.Optional(Type.Unknown({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }))

/** How many entries to leave out before. Checked by {@link offsetOf}. */
export const OffsetSchema = Type.Optional(Type.Unknown({ type: 'integer', minimum: 0, default: 0 }))

/** A bound by number. Checked by {@link numberOf}. */
export function NumberSchema (description: string, minimum: number) {
  return Type.Optional(Type.Unknown({ type: 'integer', minimum, description }))
}

/** A bound by number; undefined where there is none. Throws a 400 that names the parameter. */
export function numberOf<Name extends string> (name: Name, query: { readonly [key in Name]?: unknown }, min: number): number | undefined {
  return query[name] === undefined ? undefined : wholeNumber(name, query[name], { min, max: Number.MAX_SAFE_INTEGER, otherwise: min })
}

/** How many entries a page may have. Throws a 400 that names the parameter. */
export function limitOf ({ limit }: { limit?: unknown }): number {
  return wholeNumber('limit', limit, { min: 1, max: MAX_LIMIT, otherwise: DEFAULT_LIMIT })
}

/** How many entries come before the page. Throws a 400 that names the parameter. */
export function offsetOf ({ offset }: { offset?: unknown }): number {
  return wholeNumber('offset', offset, { min: 0, max: 999_999_999, otherwise: 0 })
}

/** The field that says where the next page begins; none after the last one. */
export function nextOffset (offset: number, shown: number, count: number): { next?: number } {
  return shown > 0 && offset + shown < count ? { next: offset + shown } : {}
}

function wholeNumber (name: string, text: unknown, { min, max, otherwise }: { min: number, max: number, otherwise: number }): number {
  if (text === undefined) return otherwise
  const number = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new HttpError(400, `querystring/${name}: expected a whole number from ${min} to ${max}`, { code: 'INVALID_PAYLOAD' })
}
