import { once } from 'node:events'
import { Redis } from 'ioredis'
import t from 'tap'
import { memberOf, until, type Teardown } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'
import type { RedisServer } from '../support/redis-server.ts'

/** The channel that a room's messages go over. */
async function channelOf (redis: RedisServer, room: string): Promise<string> {
  const channels = await redis.command('PUBSUB', 'CHANNELS', `*:room:${room}`)
  if (!Array.isArray(channels) || channels.length !== 1) throw new Error(`expected one channel, got ${String(channels)}`)
  return String(channels[0])
}

/** Someone who listens to a channel beside the nodes. */
async function listen (t: Teardown, redis: RedisServer, channel: string): Promise<Redis> {
  const client = new Redis(redis.url)
  t.teardown(() => client.disconnect())
  await client.subscribe(channel)
  return client
}

t.test('every node with members of the room subscribes to its channel, and delivers to its own members, once each (S0-105, S0-106)', async (t) => {
  const { redis, nodes: [first, second, third] } = await startNodes(t)
  const [ada, bob, tab] = [await memberOf(t, first, 'ada', 'hall'), await memberOf(t, second, 'bob', 'hall'), await memberOf(t, second, 'carl', 'hall')]
  const olaf = await memberOf(t, third, 'olaf', 'elsewhere')
  for (const client of [ada, bob, tab, olaf]) await client.drain()
  const channel = await channelOf(redis, 'hall')
  t.same(await redis.command('PUBSUB', 'NUMSUB', channel), [channel, 2], 'a node without members is spared')
  await ada.request({ type: 'send_message', room: 'hall', payload: { content: 'hello' } })
  for (const client of [bob, tab]) t.match(await client.next(), { type: 'new_message', room: 'hall', payload: { content: 'hello' }, sender: { id: 'ada' } })
  for (const client of [ada, bob, tab, olaf]) t.same(await client.drain(), [])
})

t.test('what is no message on the channel is told in the log and skipped: the next one is delivered (S0-107, S0-137)', async (t) => {
  const { redis, nodes: [first, second] } = await startNodes(t)
  const [ada, bob] = [await memberOf(t, first, 'ada', 'hall'), await memberOf(t, second, 'bob', 'hall')]
  await bob.drain()
  const channel = await channelOf(redis, 'hall')
  for (const content of ['not a message', '{"type":"new_message","room":"hall"}', '', '1m', '1m\n\n']) await redis.command('PUBLISH', channel, content)
  await ada.request({ type: 'send_message', room: 'hall', payload: { content: 'hello' } })
  t.match(await bob.next(), { type: 'new_message', payload: { content: 'hello' } })
  await until(() => second.logs.some(({ msg, level, logger }) => level === 40 && logger === 'ws_relay' && /^invalid relay message/.test(msg ?? '')))
  t.same(await bob.drain(), [])
})

t.test('publishing puts the message on the channel as JSON, ready to be delivered (S0-108)', async (t) => {
  const { redis, nodes: [first] } = await startNodes(t)
  const ada = await memberOf(t, first, { sub: 'ada', name: 'Ada' }, 'hall')
  const listener = await listen(t, redis, await channelOf(redis, 'hall'))
  const arrived = once(listener, 'message')
  await ada.request({ type: 'send_message', id: 'm1', room: 'hall', payload: { content: 'hello' } })
  const [, text] = await arrived
  const [head = '', payload = ''] = String(text).split('\n').slice(-2)
  t.match(JSON.parse(head), { type: 'new_message', id: 'm1', room: 'hall', sender: { id: 'ada', name: 'Ada' }, timestamp: String })
  t.strictSame(JSON.parse(payload), { content: 'hello' })
})

t.test('the relay ends with its node: nothing listens in Redis any more (S0-109)', async (t) => {
  const { redis, nodes } = await startNodes(t)
  await memberOf(t, nodes[0], 'ada', 'hall')
  await Promise.all(nodes.map(({ app }) => app.close()))
  t.same(await redis.command('PUBSUB', 'CHANNELS', '*'), [])
})
