import type { Script } from './script-runner.ts'

/**
 * The last places of topics; those that have none begin with an epoch. KEYS: their numbers. ARGV: that epoch, how long numbers are kept (s).
 * Before the first message that is half as long: any name may be asked for. Whoever follows the topic keeps it for longer in time.
 * Answer: epoch and seq of each.
 */
export const positionsScript: Script = {
  name: 'wshubPositions',
  lua: `
local out = {}
for i, meta in ipairs(KEYS) do
  local e = redis.call('HGET', meta, 'e')
  if not e then
    e = ARGV[1]
    redis.call('HSET', meta, 'e', e)
  end
  local s = redis.call('HGET', meta, 's')
  redis.call('EXPIRE', meta, s and ARGV[2] or math.ceil(ARGV[2] / 2))
  out[2 * i - 1], out[2 * i] = e, s or '0'
end
return out`
}

/**
 * The same without changing anything, but for how long the numbers are kept (ARGV, s; 0 leaves that alone, too). Two empty texts for a topic
 * without a number.
 */
export const checkScript: Script = {
  name: 'wshubCheck',
  lua: `
local out = {}
for i, meta in ipairs(KEYS) do
  local found = redis.call('HMGET', meta, 'e', 's')
  if ARGV[1] ~= '0' then redis.call('EXPIRE', meta, ARGV[1]) end
  out[2 * i - 1], out[2 * i] = found[1] or '', found[2] or '0'
end
return out`
}

/**
 * A page of a topic's history. KEYS: its number, its history. ARGV: an epoch should it have none, how long numbers are kept (s; half as
 * long before the first message), how many messages may be shown, above which number ('' for the highest ones), below which ('' for no
 * bound), how many, how many bytes.
 * Answer: epoch, number of the last message, of the oldest one shown, of the first in the page, and the frames of the page.
 * The list ends with the last message: each was put there by the script that numbered it. It may begin with those of an epoch before.
 */
export const readScript: Script = {
  name: 'wshubRead',
  lua: `
local e = redis.call('HGET', KEYS[1], 'e')
if not e then
  e = ARGV[1]
  redis.call('HSET', KEYS[1], 'e', e)
end
local s = redis.call('HGET', KEYS[1], 's')
redis.call('EXPIRE', KEYS[1], s and ARGV[2] or math.ceil(ARGV[2] / 2))
local top = tonumber(s or '0')
local oldest = math.max(1, top - math.min(redis.call('LLEN', KEYS[2]), tonumber(ARGV[3])) + 1)
local after, before, limit, most = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local from, to = oldest, top
if before then to = math.min(to, before - 1) end
if after then
  from = math.max(from, after + 1)
  to = math.min(to, from + limit - 1)
else
  from = math.max(from, to - limit + 1)
end
if from > to then return {e, top, oldest, from} end
local frames = redis.call('LRANGE', KEYS[2], from - top - 1, to - top - 1)
local out, bytes = {}, 0
local first, last, step = 1, #frames, 1
if not after then first, last, step = #frames, 1, -1 end
for i = first, last, step do
  bytes = bytes + #frames[i]
  if bytes > most and #out > 0 then break end
  out[#out + 1] = frames[i]
end
local answer = {e, top, oldest, after and from or from + #frames - #out}
for i = 1, #out do answer[4 + i] = out[after and i or #out + 1 - i] end
return answer`
}

/**
 * A new epoch for a topic whose numbers went back: a failover to a replica that lacks the last messages. What is kept belongs to the old
 * one. KEYS: its number, its history. ARGV: the epoch that went back, a number that it had reached, the new epoch.
 */
export const renewScript: Script = {
  name: 'wshubRenew',
  lua: `
local found = redis.call('HMGET', KEYS[1], 'e', 's')
if found[1] ~= ARGV[1] or tonumber(found[2] or '0') >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'e', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`
}
