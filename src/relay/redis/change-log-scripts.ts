import type { Script } from './script-runner.ts'

/** Nobody is interested in older changes, should nobody fetch them. */
const KEPT_MS = 24 * 60 * 60 * 1000

/**
 * Part of the scripts that change presence: notes a change, and drops the oldest of those that nobody has taken above `mostWaiting`. The names,
 * behind what all names with a number begin with:
 *
 * - `wl` list: changes that wait, `<joined|left> <users> <ms>\n<room>\n<JSON of the user>`.
 * - `wt` list: changes that somebody has taken, and not finished.
 * - `ws` hash: `id` of these, `claim` of who took them, `until` when (ms), and how many waiting ones were `dropped` and not told yet.
 */
export const LOGGING = `
local function log (kind, users, room, info)
  local waiting, state = base .. 'wl', base .. 'ws'
  local excess = call('RPUSH', waiting, kind .. ' ' .. users .. ' ' .. string.format('%.0f', now) .. '\\n' .. room .. '\\n' .. info) - mostWaiting
  call('PEXPIRE', waiting, ${KEPT_MS})
  if excess <= 0 then return end
  call('LTRIM', waiting, excess, -1)
  call('HINCRBY', state, 'dropped', excess)
  call('PEXPIRE', state, ${KEPT_MS})
end
`

const NAMES = `
local waiting, taken, state = KEYS[1] .. 'wl', KEYS[1] .. 'wt', KEYS[1] .. 'ws'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function keepFor (ms)
  redis.call('HSET', state, 'until', string.format('%.0f', now + ms))
  redis.call('PEXPIRE', taken, ${KEPT_MS})
  redis.call('PEXPIRE', state, ${KEPT_MS})
end
`

/**
 * ARGV: id for a batch that is new, claim, most changes of a batch, how long it is claimed (ms). Answer: how many changes were dropped since
 * the last time; where there is a batch to be had, its id and its changes.
 */
export const takeChangesScript: Script = {
  name: 'wshubTakeChanges',
  lua: `${NAMES}
local answer = {tonumber(redis.call('HGET', state, 'dropped') or 0)}
if answer[1] > 0 then redis.call('HDEL', state, 'dropped') end
if redis.call('EXISTS', taken) == 1 then
  if tonumber(redis.call('HGET', state, 'until') or 0) > now then return answer end
else
  local oldest = redis.call('LRANGE', waiting, 0, ARGV[3] - 1)
  if #oldest == 0 then return answer end
  redis.call('RPUSH', taken, unpack(oldest))
  redis.call('LTRIM', waiting, #oldest, -1)
  redis.call('HSET', state, 'id', ARGV[1])
end
redis.call('HSETNX', state, 'id', ARGV[1])
redis.call('HSET', state, 'claim', ARGV[2])
keepFor(ARGV[4])
answer[2] = redis.call('HGET', state, 'id')
for _, change in ipairs(redis.call('LRANGE', taken, 0, -1)) do answer[#answer + 1] = change end
return answer`
}

/** ARGV: claim, how long it lasts from now on (ms). Answer: 1, or 0 where it is somebody else's. */
export const holdChangesScript: Script = {
  name: 'wshubHoldChanges',
  lua: `${NAMES}
if redis.call('HGET', state, 'claim') ~= ARGV[1] then return 0 end
keepFor(ARGV[2])
return 1`
}

/** ARGV: id of the batch. */
export const finishChangesScript: Script = {
  name: 'wshubFinishChanges',
  lua: `${NAMES}
if redis.call('HGET', state, 'id') ~= ARGV[1] then return 0 end
redis.call('DEL', taken)
redis.call('HDEL', state, 'id', 'claim', 'until')
return 1`
}
