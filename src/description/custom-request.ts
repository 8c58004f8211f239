import { Value } from '@sinclair/typebox/value'
import type { Command } from '../commands/command.ts'
import { notification } from '../protocol/schemas/notification-frame.ts'
import { requestSchema } from './request-envelope.ts'
import type { RequestMessage } from './request-message.ts'

/** Describes a message type of the application, in its own words where its schema has a title, a description or examples. */
export function customRequest ({ type, payload, roles }: Command): RequestMessage {
  const { title = type, description = 'A message type of the application.', examples = [] } = payload
  const access = roles === undefined ? '' : ` For users with one of the roles ${roles.join(', ')}.`
  const schema = requestSchema({
    type,
    payload,
    room: 'optional',
    title,
    description: `${description}${access}`,
    examples: Array.isArray(examples) ? examples.filter((example) => Value.Check(payload, example)).map((example) => ({ payload: example })) : []
  })
  // A handler may send replies of its own before the acknowledgement.
  return { type, payload, schema, replies: ['ack', notification.type], isBuiltIn: false }
}
