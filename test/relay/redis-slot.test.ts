import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import t from 'tap'
import { Keys } from '../../src/relay/redis/keys.ts'
import { slotOf } from '../../src/relay/redis/slot.ts'
import { startRedis } from '../support/redis-server.ts'

t.test('slots as the Redis Cluster Specification gives them', async (t) => {
  // 0x31c3 is its check value of CRC16, and above the number of slots.
  t.equal(slotOf('123456789'), 0x31c3 % 16_384)
  t.equal(slotOf(''), 0)
  t.equal(slotOf('foo'), 12_182)
  t.equal(slotOf('{user1000}.following'), slotOf('{user1000}.followers'))
  t.equal(slotOf('foo{{bar}}zap'), slotOf('{bar'))
  t.equal(slotOf('foo{bar}{zap}'), slotOf('bar'))
})

t.test('the slot of a key is the one that a server gives it', async (t) => {
  const { port } = await startRedis(t, { args: ['--cluster-enabled', 'yes'] })
  const client = new Redis({ host: '127.0.0.1', port, enableReadyCheck: false })
  t.teardown(() => client.disconnect())
  const keys = [
    '', 'a', 'hub', '{', '}', '{}', '{}a', 'a{}', '{a', 'a}', '}a{', '}{a}', '{a}', '{a}b', 'b{a}', 'b{a}c', 'b{a}{c}', 'b{}{c}', 'b{{a}}c', '{{}}', '{}{}', '{}}',
    'ж{€}😀', 'room:with {braces} in it', 'x'.repeat(10_000), `{${'y'.repeat(10_000)}`,
    ...Array.from({ length: 200 }, () => randomBytes(12).toString('hex')),
    ...Array.from({ length: 200 }, (_, index) => `hub:{${index}}:c:room:${randomBytes(3).toString('latin1')}`)
  ]
  const slots = await Promise.all(keys.map((key) => client.call('CLUSTER', 'KEYSLOT', key)))
  for (const [index, key] of keys.entries()) t.equal(slotOf(key), slots[index], JSON.stringify(key.slice(0, 60)))
})

t.test('everything about a topic is in the slot of its number, whatever braces the topic has', async (t) => {
  const keys = new Keys('hub', 64)
  for (const topic of ['room:a', 'room:{b}', 'room:}{', 'user:{0}', 'all']) {
    const slot = slotOf(keys.base(keys.tagOf(topic)))
    t.same([keys.channel(topic), keys.meta(topic), keys.history(topic)].map(slotOf), [slot, slot, slot], topic)
  }
})
