import { Type, type Static } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

const MessageSchema = Type.Object({
  type: Type.String({ minLength: 1 }),
  room: Type.Optional(Type.String({ minLength: 1 })),
  data: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.String({ minLength: 1 })),
  timestamp: Type.Integer({ minimum: 1_600_000_000_000, maximum: 9_999_999_999_999 }),
  client_id: Type.Optional(Type.String({ pattern: UUID }))
}, { additionalProperties: false })

const check = TypeCompiler.Compile(MessageSchema)

/** The message struct of document 002; `timestamp` in milliseconds since 1970. */
export type PubsubMessage = Static<typeof MessageSchema>

/** Reads a frame as the Go client's strictest decoder would: throws where one field does not fit, or is not in the struct. */
export function readMessage (text: string): PubsubMessage {
  const value: unknown = JSON.parse(text)
  // An int64 takes neither a fraction nor an exponent, which JSON.parse forgives.
  if (check.Check(value) && /"timestamp":\d{13}[,}]/.test(text)) return value
  const problem = check.Errors(value).First()
  throw new Error(`does not fit into the message struct: ${problem?.path ?? '/timestamp'} ${problem?.message ?? ''}: ${text}`)
}
