import { jsonTextOf } from '../../json-text.ts'
import { roomTopic } from '../../hub/topics.ts'
import { dangerIn, missingType, parseEnvelope, typeOf } from '../json-envelope.ts'
import { commonWords } from '../log-words.ts'
import type { Delivery, RawRequest, TextDialect } from '../dialect.ts'

/** The canonical dialect: one JSON envelope a frame. */
export const hubV1 = {
  name: 'hub.v1',
  wire: 'text',
  habits: {},
  logWords: commonWords,

  decode (text: string): RawRequest {
    const envelope = parseEnvelope(text)
    const { id, room, payload, data } = envelope
    return { type: typeOf(envelope), id, room, payload: payload === undefined ? data ?? null : payload, flaw: missingType(envelope) ?? dangerIn(envelope) }
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
} satisfies TextDialect
