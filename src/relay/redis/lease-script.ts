import type { Script } from './script-runner.ts'

/**
 * Looks after the nodes' leases, by Redis' clock. KEYS: leases (lease → end, ms), connections (lease → number), the mark of the store.
 * ARGV: own lease, `begin`, `renew` or `look`, length of a lease (ms), own connections, a mark for a store that has none.
 * Answer: Redis' time, 1 when the own lease holds, the store's mark, connections on the other live nodes, the number of live leases,
 * these, and those that have run out.
 */
export const leaseScript: Script = {
  name: 'wshubLease',
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local lease, what = ARGV[1], ARGV[2]
redis.call('SET', KEYS[3], ARGV[5], 'NX')
local held = redis.call('ZSCORE', KEYS[1], lease)
local holds = held and tonumber(held) > now
if what == 'begin' or (what == 'renew' and holds) then
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), lease)
  redis.call('HSET', KEYS[2], lease, ARGV[4])
  holds = true
end
local live = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local ended = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
local elsewhere = 0
for _, other in ipairs(live) do
  if other ~= lease then elsewhere = elsewhere + tonumber(redis.call('HGET', KEYS[2], other) or '0') end
end
local out = {now, holds and 1 or 0, redis.call('GET', KEYS[3]), elsewhere, #live}
for _, other in ipairs(live) do out[#out + 1] = other end
for _, other in ipairs(ended) do out[#out + 1] = other end
return out`
}

/** Forgets leases that nobody has anything left of. KEYS: leases, connections. ARGV: the leases. */
export const endLeaseScript: Script = {
  name: 'wshubEndLease',
  lua: `
redis.call('ZREM', KEYS[1], unpack(ARGV))
redis.call('HDEL', KEYS[2], unpack(ARGV))
return 0`
}

/**
 * Publishes one frame. KEYS: the channel. ARGV: PUBLISH or SPUBLISH, the frame. Answer: how many connections it went to.
 */
export const tellScript: Script = {
  name: 'wshubTell',
  lua: 'return redis.call(ARGV[1], KEYS[1], ARGV[2])'
}

/**
 * Publishes a frame to all nodes. KEYS: their channel, leases. ARGV: PUBLISH or SPUBLISH, the frame. Answer: how many connections it went
 * to, and the live leases.
 */
export const askScript: Script = {
  name: 'wshubAsk',
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local live = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. now, '+inf')
table.insert(live, 1, redis.call(ARGV[1], KEYS[1], ARGV[2]))
return live`
}

/** Writes to the store and does nothing else: tells whether it takes anything. KEYS: any. */
export const probeScript: Script = {
  name: 'wshubProbe',
  lua: "redis.call('SET', KEYS[1], '1', 'PX', 10000) return 1"
}
