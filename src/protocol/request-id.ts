import { Type } from '@sinclair/typebox'

/** Longest id of a request, in UTF-16 units. */
const MAX_REQUEST_ID_UNITS = 64

/** Schema of the client's id of a request, or of a publisher's id of a message. */
export const RequestIdSchema = Type.String({
  minLength: 1,
  maxLength: MAX_REQUEST_ID_UNITS,
  description: 'The client\'s id of a request, 1 to 64 characters: repeated in every direct reply; of a publish also its key against repetition for 5 minutes.'
})

/** True when a value can be echoed as a request's id. */
export function isRequestId (value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_REQUEST_ID_UNITS
}
