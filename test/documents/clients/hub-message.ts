import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'

const PersonSchema = Type.Object({ id: Type.String({ minLength: 1 }), name: Type.String({ minLength: 1 }) })

const MessageSchema = Type.Object({
  type: Type.String({ minLength: 1 }),
  room: Type.Optional(Type.String({ minLength: 1 })),
  payload: Type.Optional(Type.Unknown()),
  sender: Type.Optional(PersonSchema),
  timestamp: Type.RegExp(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
  id: Type.Optional(Type.String({ minLength: 1 }))
})

const RoomUsersSchema = Type.Object({ room_id: Type.String({ minLength: 1 }), users: Type.Array(PersonSchema), count: Type.Integer({ minimum: 0 }) })

/** The payload structs of document 000, by the type of message that has them. */
const payloads: Readonly<Record<string, TSchema>> = {
  new_message: Type.Object({ content: Type.String(), reply_to: Type.Optional(Type.String()) }),
  user_joined: PersonSchema,
  user_left: PersonSchema,
  user_typing: Type.Object({}),
  room_info: RoomUsersSchema,
  online_users: RoomUsersSchema,
  error: Type.Object({ code: Type.RegExp(/^[A-Z]+(_[A-Z]+)*$/), message: Type.String({ minLength: 1 }) })
}

const messageCheck = TypeCompiler.Compile(MessageSchema)
const payloadChecks = new Map<string, TypeCheck<TSchema>>(Object.entries(payloads).map(([type, schema]) => [type, TypeCompiler.Compile(schema)]))

/** The message struct of document 000. */
export type HubMessage = Static<typeof MessageSchema>

/** Reads a frame as a decoder into the structs of document 000 would: fields that it does not know are passed over, all others have to fit. */
export function readHubMessage (text: string): HubMessage {
  const message: unknown = JSON.parse(text)
  if (!messageCheck.Check(message)) throw misfit('the message struct', messageCheck.Errors(message).First()?.path, text)
  const check = payloadChecks.get(message.type)
  if (check !== undefined && !check.Check(message.payload)) throw misfit(`the payload of ${message.type}`, check.Errors(message.payload).First()?.path, text)
  return message
}

function misfit (what: string, path: string | undefined, text: string): Error {
  return new Error(`does not fit into ${what} at ${path ?? '/'}: ${text}`)
}
