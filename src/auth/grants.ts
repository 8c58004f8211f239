import type { RoomName } from '../hub/topics.ts'
import type { Identity } from './identity.ts'

/** True when the user's token lets it into the room, as a member or subscriber. */
export function mayJoin ({ grants }: Identity, room: RoomName): boolean {
  return grants === undefined || isNamed(room, grants.join ?? [])
}

/** True when the user's token lets it publish to the room: without a list of its own for that, wherever it may join. */
export function mayPublish ({ grants }: Identity, room: RoomName): boolean {
  return grants === undefined || isNamed(room, grants.publish ?? grants.join ?? [])
}

/** No room's name holds a `*`, so that one elsewhere than at the end fits none. */
function isNamed (room: RoomName, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern.endsWith('*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern)
}
