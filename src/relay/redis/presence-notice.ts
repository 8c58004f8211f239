import type { RoomName } from '../../hub/topics.ts'
import type { PresenceChange } from '../presence-store.ts'
import { parseRecord } from './parse-record.ts'

const HEAD = /^(joined|left) (\d+)$/

/** What a presence frame tells behind version and kind, `<joined|left> <users>\n<JSON of the user>`; undefined when it cannot be read. */
export function presenceChangeOf (room: RoomName, notice: string): PresenceChange | undefined {
  const end = notice.indexOf('\n')
  const [, kind, users] = HEAD.exec(notice.slice(0, end)) ?? []
  if (kind === undefined) return undefined
  const user = userOf(notice.slice(end + 1))
  return user && { kind: kind === 'joined' ? 'joined' : 'left', room, user, users: Number(users) }
}

function userOf (text: string): PresenceChange['user'] | undefined {
  const { id, name } = parseRecord(text) ?? {}
  return typeof id === 'string' && typeof name === 'string' ? { id, name } : undefined
}
