import { Type } from '@sinclair/typebox'
import { errorCodes, type ErrorCode, type Severity } from '../error-codes.ts'
import { ReplyIdSchema, serverMessage } from './server-message.ts'

const codes = Object.keys(errorCodes) as ErrorCode[]
const severities: readonly Severity[] = ['client', 'server', 'security']

/** What was wrong. */
export const ErrorPayloadSchema = Type.Object({
  code: Type.Union(codes.map((code) => Type.Literal(code, { description: errorCodes[code].meaning })), { title: 'Error code', description: 'What was wrong, for programs.' }),
  message: Type.String({ description: 'The same for people: in full with severity `client`, a fixed text otherwise.' }),
  severity: Type.Union(severities.map((severity) => Type.Literal(severity)), { title: 'Severity', description: 'Whose fault it is, and so how much the text says.' })
}, { title: 'Error payload' })

/** `error`: a refusal. */
export const errorFrame = serverMessage({
  type: 'error',
  title: 'Error',
  description: 'A request was refused; the connection stays. Has the request\'s id, unless the frame could not be read.',
  isUnasked: true,
  fields: { id: ReplyIdSchema, error: Type.String({ description: 'The text of `payload.message` once more.' }) },
  payload: ErrorPayloadSchema,
  examples: [{
    id: 'm1',
    payload: { code: 'NOT_IN_ROOM', message: 'you must join the room first', severity: 'client' },
    error: 'you must join the room first'
  }]
})
