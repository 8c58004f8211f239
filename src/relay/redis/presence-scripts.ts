import { GRACE_ROOM, HUB_ROOM } from '../presence-store.ts'
import { LOGGING } from './change-log-scripts.ts'
import { frameKinds, WIRE_VERSION } from './frames.ts'
import type { Script } from './script-runner.ts'

/** Most connections or graces that one call takes: Redis serves nobody else meanwhile (about 10 µs each). */
export const MAX_CHANGES = 200

const LAST_SEEN_DAYS = 30
const LAST_SEEN_MS = LAST_SEEN_DAYS * 24 * 60 * 60 * 1000

/**
 * What all changes have in common. KEYS[1]: beginning of all names with the room's number. ARGV[1]: PUBLISH or SPUBLISH. ARGV[2]: most changes
 * that wait in the log (`change-log-scripts.ts`), 0 where none are logged. The names:
 *
 * - `pr` hash: room → connections in it. Every room with anybody, also in the grace only.
 * - `pu:<room>` sorted set: users present, by arrival (µs). `pi:<room>` hash: user → JSON of it.
 * - `pn:<room>` hash: user → member connections; without those in the grace.
 * - `pg` sorted set: `<room>\n<user>` → end of the grace (ms), also while other connections hold.
 * - `pa:<lease>\n<room>` hash: attendance of a node's connections → user. An attendance is `m` or `s` and the connection's id.
 * - `pl:<lease>` set: rooms in which a node has connections. `ph` set: leases with any.
 * - `ps` sorted set, only with the number of the room of all connections: user → last seen (ms).
 *
 * Each change takes, counts and tells in one step: that is what makes a change told once, whoever else does the same. Times are by
 * Redis' clock.
 */
const CHANGES = `
local base, publish, mostWaiting = KEYS[1], ARGV[1], tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local micros = clock[1] * 1000000 + clock[2]
local call = redis.call
local rooms, graces, holders = base .. 'pr', base .. 'pg', base .. 'ph'
${LOGGING}
local function users (room) return base .. 'pu:' .. room end
local function infos (room) return base .. 'pi:' .. room end
local function counts (room) return base .. 'pn:' .. room end
local function held (lease) return base .. 'pl:' .. lease end
local function attendances (lease, room) return base .. 'pa:' .. lease .. '\\n' .. room end
local function isMember (at) return string.sub(at, 1, 1) == 'm' end
local function otherWay (at) return (isMember(at) and 's' or 'm') .. string.sub(at, 2) end

local function tell (kind, room, info)
  if room == '${HUB_ROOM}' then return end
  local present = call('ZCARD', users(room))
  if mostWaiting > 0 then log(kind, present, room, info) end
  if room == '${GRACE_ROOM}' then return end
  local frame = '${WIRE_VERSION}${frameKinds.presence}' .. kind .. ' ' .. present .. '\\n' .. info
  call(publish, base .. 'c:members:' .. room, frame)
end

local function see (room, user)
  if room ~= '${HUB_ROOM}' then return end
  call('ZADD', base .. 'ps', now, user)
  call('ZREMRANGEBYSCORE', base .. 'ps', '-inf', now - ${LAST_SEEN_MS})
end

local function removeIfEmpty (room)
  if tonumber(call('HGET', rooms, room) or 0) <= 0 and call('EXISTS', users(room)) == 0 then call('HDEL', rooms, room) end
end

local function depart (room, user)
  call('ZREM', graces, room .. '\\n' .. user)
  local info = call('HGET', infos(room), user)
  call('HDEL', infos(room), user)
  if call('ZREM', users(room), user) == 0 then return false end
  tell('left', room, info or '')
  return true
end

local function release (lease, room)
  call('SREM', held(lease), room)
  if call('EXISTS', held(lease)) == 0 then call('SREM', holders, lease) end
end

local function endMembership (room, user, grace)
  local waiting = room .. '\\n' .. user
  local ends = math.max(tonumber(call('ZSCORE', graces, waiting) or 0), now + grace)
  if ends > now then call('ZADD', graces, ends, waiting) end
  if call('HINCRBY', counts(room), user, -1) > 0 then return false end
  call('HDEL', counts(room), user)
  return ends <= now and depart(room, user)
end

-- Whether there was such an attendance, and whether its end made the user depart.
local function leave (lease, room, at, grace)
  local mine = attendances(lease, room)
  local user = call('HGET', mine, at)
  if not user then return false, false end
  call('HDEL', mine, at)
  if call('HEXISTS', mine, otherWay(at)) == 0 then call('HINCRBY', rooms, room, -1) end
  if call('EXISTS', mine) == 0 then release(lease, room) end
  see(room, user)
  local departed = isMember(at) and endMembership(room, user, grace)
  removeIfEmpty(room)
  return true, departed
end
`

/**
 * Lets connections into a room, or out of it. Both in one script: a node's calls of one script are done in the order of the calls, also
 * when Redis has to be given the script anew.
 *
 * ARGV: command to publish with, most changes in the log, lease, room, `enter`, capacity (0 for none), `quiet` or '', then for each connection
 * attendance, user's id, user's JSON; or `leave`, '', '', then for each attendance, grace (ms).
 * Answer: 1, or 0 where the room was full (what came after is not done); how many attendances are new or gone; how many users arrived or departed;
 * connections and users in the room.
 */
export const changeScript: Script = {
  name: 'wshubPresenceChange',
  lua: `${CHANGES}
local lease, room, kind = ARGV[3], ARGV[4], ARGV[5]
local capacity, quiet = tonumber(ARGV[6]), ARGV[7] == 'quiet'

local function arrive (user, info, order)
  call('ZREM', graces, room .. '\\n' .. user)
  call('HINCRBY', counts(room), user, 1)
  if call('ZADD', users(room), 'NX', string.format('%.0f', micros + order), user) == 0 then return false end
  call('HSET', infos(room), user, info)
  if not quiet then tell('joined', room, info) end
  return true
end

-- nil where the room is full.
local function enter (at, user, info, order)
  local mine = attendances(lease, room)
  local isIn = call('HEXISTS', mine, at) == 1
  local isCounted = isIn or call('HEXISTS', mine, otherWay(at)) == 1
  if not isCounted and capacity > 0 and tonumber(call('HGET', rooms, room) or 0) >= capacity then return nil end
  see(room, user)
  if isIn then return false, false end
  if not isCounted then call('HINCRBY', rooms, room, 1) end
  call('HSET', mine, at, user)
  if call('SADD', held(lease), room) == 1 then call('SADD', holders, lease) end
  return true, isMember(at) and arrive(user, info, order)
end

local admitted, changed, told = 1, 0, 0
local function count (isNew, isTold)
  if isNew == nil then admitted = 0 end
  if isNew then changed = changed + 1 end
  if isTold then told = told + 1 end
end

if kind == 'enter' then
  for i = 8, #ARGV, 3 do
    if admitted == 1 then count(enter(ARGV[i], ARGV[i + 1], ARGV[i + 2], i)) end
  end
else
  for i = 8, #ARGV, 2 do count(leave(lease, room, ARGV[i], tonumber(ARGV[i + 1]))) end
end
return {admitted, changed, told, tonumber(call('HGET', rooms, room) or 0), call('ZCARD', users(room))}`
}

/** Ends graces that are over, {@link MAX_CHANGES} at most. ARGV: command to publish with, most changes in the log. Answer: how many there were. */
export const gracesScript: Script = {
  name: 'wshubPresenceGraces',
  lua: `${CHANGES}
local over = call('ZRANGEBYSCORE', graces, '-inf', now, 'LIMIT', 0, ${MAX_CHANGES})
for _, waiting in ipairs(over) do
  call('ZREM', graces, waiting)
  local split = string.find(waiting, '\\n', 1, true)
  local room, user = string.sub(waiting, 1, split - 1), string.sub(waiting, split + 1)
  if call('HEXISTS', counts(room), user) == 0 then
    depart(room, user)
    removeIfEmpty(room)
  end
end
return #over`
}

/**
 * Takes {@link MAX_CHANGES} connections of a node out of their rooms, any of them. ARGV: command to publish with, most changes in the log, lease, grace
 * (ms). Answer: 1 while there are more.
 */
export const sweepScript: Script = {
  name: 'wshubPresenceSweep',
  lua: `${CHANGES}
local lease, grace, left = ARGV[3], tonumber(ARGV[4]), ${MAX_CHANGES}
while left > 0 do
  local room = call('SRANDMEMBER', held(lease))
  if not room then break end
  local some = call('HRANDFIELD', attendances(lease, room), left)
  for _, at in ipairs(some) do leave(lease, room, at, grace) end
  if #some == 0 then release(lease, room) end
  left = left - math.max(#some, 1)
end
return call('EXISTS', held(lease))`
}
