import { createHash } from 'node:crypto'
import { isRequestId } from '../protocol/request-id.ts'

/** The id under which an event is published: as its publisher gave it, a hash of one that is too long, else its place in the source. */
export function eventId (given: string | undefined, position: string): string {
  const id = given === undefined || given === '' ? position : given
  return isRequestId(id) ? id : createHash('sha256').update(id).digest('base64url')
}
