import { HubError } from '../../errors.ts'
import { roomTopic } from '../../hub/topics.ts'
import { jsonTextOf } from '../../json-text.ts'
import { dangerIn, missingType } from '../json-envelope.ts'
import { commonWords } from '../log-words.ts'
import type { BinaryDialect, Delivery, RawRequest } from '../dialect.ts'
import { readClientFrame } from '../protobuf/client-frame.ts'
import { writeServerFrame } from '../protobuf/server-frame.ts'

/**
 * The binary dialect: what the canonical one says, as Protocol Buffers (`hub.proto`). Only the envelope has another form: a payload is
 * JSON text here, too, so that nobody has to parse it on its way from one form to the other.
 */
export const protobufV1 = {
  name: 'protobuf.v1',
  wire: 'binary',
  habits: {},
  logWords: commonWords,

  decode (bytes: Buffer): RawRequest {
    const { type, id, room, payload: text } = readClientFrame(bytes)
    const { payload, flaw } = readPayload(text)
    return { type, id, room, payload, flaw: missingType({ type }) ?? flaw }
  },

  encode ({ event, position, topic, error }: Delivery): Buffer {
    const { type, id, room, payload = null, sender, timestamp } = event
    // The room names the topic already, unless the message came to its receiver another way.
    const isNamed = room !== undefined && topic === roomTopic(room)
    return writeServerFrame({
      type,
      id,
      room,
      payload: payload === null ? undefined : jsonTextOf(payload),
      sender,
      timestamp: Date.parse(timestamp),
      seq: position?.seq,
      topic: position === undefined || isNamed ? undefined : topic,
      error: error?.message
    })
  }
} satisfies BinaryDialect

/** What could be read of the frame so far, its id above all, is worth an answer: a payload that cannot be is told as a flaw. */
function readPayload (text: string | undefined): Pick<RawRequest, 'payload' | 'flaw'> {
  if (text === undefined) return { payload: null }
  try {
    const payload: unknown = JSON.parse(text)
    return { payload, flaw: dangerIn({ payload }) }
  } catch {
    return { payload: null, flaw: new HubError('INVALID_FORMAT', 'invalid message format: /payload: expected JSON') }
  }
}
