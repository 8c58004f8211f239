import { HubError } from '../errors.ts'
import type { RoomName } from '../hub/topics.ts'
import { MAX_ROOM_NAME_UNITS } from '../protocol/schemas/fields.ts'

/** Control characters, lone surrogates, and what later serves as wildcard and hash tag. */
const FORBIDDEN = /[\p{Cc}\p{Cs}*{}]/u

/** Why a text cannot be a room name, or undefined when it can. */
export function roomNameProblem (name: string): string | undefined {
  if (name.length === 0) return 'expected at least 1 character'
  if (name.length > MAX_ROOM_NAME_UNITS) return `expected at most ${MAX_ROOM_NAME_UNITS} characters`
  if (FORBIDDEN.test(name)) return 'expected no control characters, no broken surrogates and none of * { }'
  if (name.trim() !== name) return 'expected no white space at the ends'
  // Two spellings of one visible name must not be two rooms.
  if (name.normalize('NFC') !== name) return 'expected Unicode normal form NFC'
  return undefined
}

/** Returns the name when it is valid; throws `INVALID_ROOM` with the reason otherwise. */
export function checkRoomName (name: string): RoomName {
  const problem = roomNameProblem(name)
  if (problem !== undefined) throw new HubError('INVALID_ROOM', `invalid room name: ${problem}`)
  return name
}
