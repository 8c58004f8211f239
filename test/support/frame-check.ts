import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { isObject, isRecord } from '../../src/guards.ts'
import { requests } from '../../src/description/requests.ts'
import { notification } from '../../src/protocol/schemas/notification-frame.ts'
import { serverMessages } from '../../src/protocol/schemas/server-messages.ts'

/** Compiled on first use: most tests see few types. */
const frameChecks = new Map([...serverMessages, notification].map(({ type, schema }) => [type, lazily(() => TypeCompiler.Compile(closed(schema)))]))
const requestChecks = new Map(requests.map(({ type, schema }) => [type, lazily(() => TypeCompiler.Compile(schema))]))

/** Throws, saying what is wrong, unless a parsed frame of the server is as described; a field that the description does not name is wrong. */
export function checkFrame (frame: unknown): void {
  const type = typeOf(frame)
  check(frameChecks.get(type) ?? frameChecks.get(notification.type), frame)
}

/** Throws, saying what is wrong, unless an envelope of a client is as described. */
export function checkRequest (envelope: unknown): void {
  const type = typeOf(envelope)
  if (!requestChecks.has(type)) throw new Error(`no such request is described: ${type}`)
  check(requestChecks.get(type), envelope)
}

/** A schema whose objects may have no fields but those that it names. */
export function closed<S extends TSchema> (schema: S): S {
  return closedValue(schema) as S
}

function closedValue (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue)
  if (!isRecord(value)) return value
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isObject(inner) ? closedValue(inner) : inner]))
  const isClosed = value['type'] === 'object' && isRecord(value['properties'])
  // Kinds and modifiers of TypeBox are symbols.
  const symbols = Object.fromEntries(Object.getOwnPropertySymbols(value).map((symbol) => [symbol, Reflect.get(value, symbol)]))
  return { ...symbols, ...copy, ...(isClosed && { additionalProperties: false }) }
}

function typeOf (frame: unknown): string {
  if (!isRecord(frame) || typeof frame['type'] !== 'string') throw new Error(`not an envelope: ${JSON.stringify(frame)}`)
  return frame['type']
}

function check (checkOf: (() => TypeCheck<TSchema>) | undefined, value: unknown): void {
  const compiled = checkOf?.()
  if (compiled === undefined || compiled.Check(value)) return
  const { path, message } = compiled.Errors(value).First() ?? { path: '', message: 'unexpected value' }
  throw new Error(`not as described at ${path === '' ? '/' : path}: ${message}, in ${JSON.stringify(value).slice(0, 500)}`)
}

function lazily<T> (make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
