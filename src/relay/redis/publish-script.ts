import type { Script } from './script-runner.ts'

/**
 * Publishes a batch. KEYS and ARGV are read from left to right (`publish-batch.ts` writes them).
 *
 * ARGV: deadline (ms by Redis' clock, 0 for none), an epoch for topics that have none, how long ids are kept (ms), how long numbers are
 * kept (s), PUBLISH or SPUBLISH; then for each message: fingerprint ('' without an id), routing, the routing of what is kept ('' for the
 * same one, '-' when nothing is kept), content, whether all its topics share one channel, number of topics, and for each topic its place,
 * 'n' for numbered or 'e', and when numbered the size of its history and how long that is kept (s). What is kept is what goes out on the
 * topic's own channel, byte by byte; with a routing of its own, its place is the first. A message that is not kept takes the history
 * before it along, for what is there ends with the last number.
 * KEYS for each message: that of the id, the shared channel; for each topic its channel, number and history, as far as there are any.
 *
 * Answer: Redis' time, then for each message `<receivers> <epoch> <seq>` (the last topic's), `=<first answer>` for a repetition, `~` where the
 * id was used for other content, `!<error>`. With the deadline passed, nothing is done, and nothing but the time answered.
 * Numbers are given back where a repetition is found after numbering: that is cheaper than asking first.
 */
export const publishScript: Script = {
  name: 'wshubPublish',
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local deadline = tonumber(ARGV[1])
if deadline > 0 and now > deadline then return {now} end
local fresh, idms, metattl, publish = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local k, a = 0, 5
local function key () k = k + 1 return KEYS[k] end
local function arg () a = a + 1 return ARGV[a] end

local function read ()
  local item = {print = arg(), routing = arg(), kept = arg(), content = arg(), shared = arg() == '1', topics = {}}
  local n = tonumber(arg())
  if item.print ~= '' then item.id = key() end
  if item.shared then item.channel = key() end
  for i = 1, n do
    local topic = {place = arg(), numbered = arg() == 'n', at = ''}
    if not item.shared then topic.channel = key() end
    if topic.numbered then
      topic.meta = key()
      topic.size, topic.keep = tonumber(arg()), arg()
      if topic.size > 0 then topic.history = key() end
    end
    item.topics[i] = topic
  end
  return item
end

local function number (topic)
  local s = redis.call('HINCRBY', topic.meta, 's', 1)
  local e = redis.call('HGET', topic.meta, 'e')
  if not e then
    e = fresh
    redis.call('HSET', topic.meta, 'e', e)
  end
  redis.call('EXPIRE', topic.meta, metattl)
  topic.e, topic.s, topic.at = e, s, ':' .. e .. ':' .. s
end

local function keep (topic, frame)
  local length = redis.call('RPUSH', topic.history, frame)
  if length > topic.size * 1.25 then redis.call('LTRIM', topic.history, -topic.size, -1) end
  redis.call('EXPIRE', topic.history, topic.keep)
end

local function one (item)
  local e, s = '-', '-'
  for _, topic in ipairs(item.topics) do
    if topic.numbered then
      number(topic)
      e, s = topic.e, topic.s
    end
  end
  if item.id then
    local first = redis.call('SET', item.id, item.print .. ' ' .. e .. ' ' .. s .. ' -', 'NX', 'GET', 'PX', idms)
    item.taken = not first
    if first then
      for _, topic in ipairs(item.topics) do
        if topic.numbered then redis.call('HINCRBY', topic.meta, 's', -1) end
      end
      if string.sub(first, 1, #item.print + 1) ~= item.print .. ' ' then return '~' end
      return '=' .. string.sub(first, #item.print + 2)
    end
  end
  local receivers = 0
  local rest = '\\n' .. item.routing .. '\\n' .. item.content
  local same, drop = item.kept == '', item.kept == '-'
  local kept = not same and '\\n' .. item.kept .. '\\n' .. item.content
  local places, frames = {}, {}
  for i, topic in ipairs(item.topics) do
    places[i] = topic.place .. topic.at
    -- The routing of a message for very many is long: written for each of them, it would hold Redis for seconds.
    if same or not item.shared then frames[i] = '1m' .. places[i] .. rest end
    if topic.history and drop then redis.call('DEL', topic.history) end
    if topic.history and not drop then keep(topic, same and frames[i] or '1m0' .. topic.at .. kept) end
  end
  if not item.shared then
    for i, topic in ipairs(item.topics) do receivers = receivers + redis.call(publish, topic.channel, frames[i]) end
  end
  if item.shared then receivers = redis.call(publish, item.channel, '1m' .. table.concat(places, ',') .. rest) end
  return receivers .. ' ' .. e .. ' ' .. s
end

local out = {now}
while a < #ARGV do
  local item = read()
  local ok, result = pcall(one, item)
  -- What failed may be tried again, unless the id is that of an earlier message.
  if not ok and item.taken then redis.pcall('DEL', item.id) end
  out[#out + 1] = ok and result or '!' .. (type(result) == 'table' and result.err or tostring(result))
end
return out`
}

/** Keeps with an id how many connections its message reached. KEYS: that of the id. ARGV: the count. */
export const noteCountScript: Script = {
  name: 'wshubNoteCount',
  lua: `
local first = redis.call('GET', KEYS[1])
if first then redis.call('SET', KEYS[1], string.gsub(first, ' %-$', ' ' .. ARGV[1]), 'XX', 'KEEPTTL') end
return 0`
}

/** What {@link noteCountScript} has kept. KEYS: that of the id. Answer: the count, or -1 while there is none. */
export const firstCountScript: Script = {
  name: 'wshubFirstCount',
  lua: `
local first = redis.call('GET', KEYS[1])
return tonumber(first and string.match(first, ' (%d+)$') or -1)`
}
