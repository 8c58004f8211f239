import { HubError } from '../../errors.ts'
import { isRecord } from '../../guards.ts'
import { jsonTextOf } from '../../json-text.ts'
import { roomTopic } from '../../hub/topics.ts'
import { jsonProblem } from '../json-guard.ts'
import type { Delivery, Dialect, RawRequest } from '../dialect.ts'

/** Begins the text of every INVALID_FORMAT; clients in the field look for these words. */
const BAD_FORMAT = 'invalid message format'

/** The canonical dialect: one JSON envelope a frame. */
export const hubV1: Dialect = {
  name: 'hub.v1',

  decode (text: string): RawRequest {
    const envelope = parseObject(text)
    const { type, id, room, payload, data } = envelope
    return { type: typeof type === 'string' ? type : '', id, room, payload: payload === undefined ? data ?? null : payload, flaw: flawOf(envelope) }
  },

  encode ({ event, position, topic, error }: Delivery): string {
    const { type, id, room, payload, sender, timestamp } = event
    // The room names the topic already, unless the message came to its receiver another way.
    const isNamed = room !== undefined && topic === roomTopic(room)
    // In the order of the README (Protocol, Envelope). Put together by hand: the payload of most messages is text already.
    let text = `{"type":${JSON.stringify(type)}`
    if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
    if (room !== undefined) text += `,"room":${JSON.stringify(room)}`
    text += `,"payload":${jsonTextOf(payload ?? null)}`
    if (sender !== undefined) text += `,"sender":${JSON.stringify(sender)}`
    text += `,"timestamp":"${timestamp}"`
    if (position !== undefined) text += `,"seq":${position.seq}`
    if (position !== undefined && !isNamed) text += `,"topic":${JSON.stringify(topic)}`
    if (error !== undefined) text += `,"error":${JSON.stringify(error.message)}`
    return `${text}}`
  }
}

function flawOf (envelope: Record<string, unknown>): HubError | undefined {
  const { type } = envelope
  if (typeof type !== 'string' || type === '') return new HubError('INVALID_FORMAT', `${BAD_FORMAT}: /type: expected a non-empty string`)
  const problem = jsonProblem(envelope)
  return problem === undefined ? undefined : new HubError('INVALID_PAYLOAD', problem)
}

function parseObject (text: string): Record<string, unknown> {
  const value = parseJson(text)
  if (!isRecord(value)) throw new HubError('INVALID_FORMAT', `${BAD_FORMAT}: expected a JSON object`)
  return value
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HubError('INVALID_FORMAT', `${BAD_FORMAT}: expected JSON`)
  }
}
