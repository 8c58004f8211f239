import { HubError } from '../errors.ts'
import { isRecord } from '../guards.ts'
import { jsonProblem } from './json-guard.ts'

/** Begins the text of every INVALID_FORMAT; clients in the field look for these words. */
const BAD_FORMAT = 'invalid message format'

/** Reads a frame that has to be a JSON object. Throws `INVALID_FORMAT`. */
export function parseEnvelope (text: string): Record<string, unknown> {
  const value = parseJson(text)
  if (!isRecord(value)) throw new HubError('INVALID_FORMAT', `${BAD_FORMAT}: expected a JSON object`)
  return value
}

/** The content of an envelope of the older dialects, which have it in `data`; what the canonical dialect calls it is read, too. */
export function contentOf ({ data, payload }: Record<string, unknown>): unknown {
  return data === undefined ? payload ?? null : data
}

/** The type of an envelope; empty where it has none. */
export function typeOf ({ type }: Record<string, unknown>): string {
  return typeof type === 'string' ? type : ''
}

/** Why an envelope without a type cannot be handled. */
export function missingType (envelope: Record<string, unknown>): HubError | undefined {
  return typeOf(envelope) === '' ? new HubError('INVALID_FORMAT', `${BAD_FORMAT}: /type: expected a non-empty string`) : undefined
}

/** Why the content of an envelope must not be handed on. */
export function dangerIn (envelope: Record<string, unknown>): HubError | undefined {
  const problem = jsonProblem(envelope)
  return problem === undefined ? undefined : new HubError('INVALID_PAYLOAD', problem)
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HubError('INVALID_FORMAT', `${BAD_FORMAT}: expected JSON`)
  }
}
