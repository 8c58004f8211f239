import { GRACE_ROOM, HUB_ROOM } from '../presence-store.ts'
import type { Script } from './script-runner.ts'

// KEYS[1] is the beginning of all names with the room's number; the names are explained in `presence-scripts.ts`.

/** ARGV: room, offset, limit. Answer: number of users, JSON array of those asked for. */
export const membersScript: Script = {
  name: 'wshubPresenceMembers',
  lua: `
local room, offset, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local users, infos = KEYS[1] .. 'pu:' .. room, {}
local ids = limit > 0 and redis.call('ZRANGE', users, offset, offset + limit - 1) or {}
for first = 1, #ids, 1000 do
  for _, info in ipairs(redis.call('HMGET', KEYS[1] .. 'pi:' .. room, unpack(ids, first, math.min(first + 999, #ids)))) do
    if info then infos[#infos + 1] = info end
  end
end
return {redis.call('ZCARD', users), '[' .. table.concat(infos, ',') .. ']'}`
}

/** ARGV: room. Answer: connections, users. */
export const sizeScript: Script = {
  name: 'wshubPresenceSize',
  lua: `
return {tonumber(redis.call('HGET', KEYS[1] .. 'pr', ARGV[1]) or 0), redis.call('ZCARD', KEYS[1] .. 'pu:' .. ARGV[1])}`
}

/** ARGV: room, user's id. Answer: the user's member connections. */
export const connectionsScript: Script = {
  name: 'wshubPresenceConnections',
  lua: `
return tonumber(redis.call('HGET', KEYS[1] .. 'pn:' .. ARGV[1], ARGV[2]) or 0)`
}

/** ARGV: user's id. Answer: ms since 1970, 0 for never. */
export const lastSeenScript: Script = {
  name: 'wshubPresenceLastSeen',
  lua: `
return tonumber(redis.call('ZSCORE', KEYS[1] .. 'ps', ARGV[1]) or 0)`
}

/** Answer: number of rooms. */
export const roomCountScript: Script = {
  name: 'wshubPresenceRoomCount',
  lua: `
local rooms = KEYS[1] .. 'pr'
return redis.call('HLEN', rooms) - redis.call('HEXISTS', rooms, '${HUB_ROOM}') - redis.call('HEXISTS', rooms, '${GRACE_ROOM}')`
}

/** One page of the rooms. ARGV: cursor. Answer: next cursor ('0' after the last page), then for each room its name, connections, users. */
export const roomsScript: Script = {
  name: 'wshubPresenceRooms',
  lua: `
local page = redis.call('HSCAN', KEYS[1] .. 'pr', ARGV[1], 'COUNT', 500)
local answer = {page[1]}
for i = 1, #page[2], 2 do
  local room = page[2][i]
  if room ~= '${HUB_ROOM}' and room ~= '${GRACE_ROOM}' then
    answer[#answer + 1] = room
    answer[#answer + 1] = tonumber(page[2][i + 1])
    answer[#answer + 1] = redis.call('ZCARD', KEYS[1] .. 'pu:' .. room)
  end
end
return answer`
}

/** Answer: leases of nodes with any connection in any room. */
export const holdersScript: Script = {
  name: 'wshubPresenceHolders',
  lua: `
return redis.call('SMEMBERS', KEYS[1] .. 'ph')`
}

/** One page of the rooms in which a node has connections. ARGV: lease, cursor. Answer: next cursor, then the rooms. */
export const heldRoomsScript: Script = {
  name: 'wshubPresenceHeldRooms',
  lua: `
local page = redis.call('SSCAN', KEYS[1] .. 'pl:' .. ARGV[1], ARGV[2], 'COUNT', 500)
return {page[1], unpack(page[2])}`
}

/** One page of a node's attendances in a room. ARGV: lease, cursor, room. Answer: next cursor, then the attendances. */
export const attendancesScript: Script = {
  name: 'wshubPresenceAttendances',
  lua: `
local page = redis.call('HSCAN', KEYS[1] .. 'pa:' .. ARGV[1] .. '\\n' .. ARGV[3], ARGV[2], 'COUNT', 500)
local answer = {page[1]}
for i = 1, #page[2], 2 do answer[#answer + 1] = page[2][i] end
return answer`
}
