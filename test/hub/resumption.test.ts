import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { userTopic } from '../../src/hub/topics.ts'
import type { Position } from '../../src/relay/relay-message.ts'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { COMPRESSED, compressedMessage, connectDeflate } from '../support/deflate-peer.ts'
import { makeGate } from '../support/gate.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { SlowRelay, type Wait } from '../support/slow-relay.ts'
import { enter, member, startHub, type TestHubOptions } from '../support/test-hub.ts'
import { TEXT } from '../support/wire-frames.ts'

const KEPT = { size: 1_000, ttlMs: 60_000 }

async function start (t: Teardown, { wait, ...options }: TestHubOptions & { wait?: Wait } = {}) {
  const keepOf = (topic: string) => topic.startsWith('role:') ? { size: 0, ttlMs: 0 } : topic === 'room:short' ? { ...KEPT, size: 1 } : topic === 'room:mid' ? { ...KEPT, size: 200 } : KEPT
  const relay = new SlowRelay(wait, { keepOf })
  const service = await startHub(t, { ...options, relay })
  return { ...service, relay, since: await relay.position('all') }
}

type State = Record<string, unknown>

async function resume (client: TestClient, topics: Record<string, Position & { readonly member?: boolean }>): Promise<Record<string, State>> {
  const { type, payload } = await client.request({ type: 'resume', payload: { topics } })
  if (type !== 'resumed') throw new Error(`expected an answer, got ${JSON.stringify(payload)}`)
  return JSON.parse(JSON.stringify(payload['topics']))
}

const news = (frames: readonly ReceivedFrame[]): unknown[] => frames.filter(({ type }) => type === 'news').map(({ payload }) => payload)
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

t.test('a client comes back while much is published: each message once, in order, `missed` is what was there by then', async (t) => {
  const { hub, since, ...service } = await start(t)
  const bob = await enter(t, service, 'bob')
  let published = 0
  const publishing = (async () => {
    for (let number = 1; number <= 300; number += 1) published = (await hub.toRoom('hall', { type: 'news', payload: number })).seq ?? 0
  })()
  await until(() => published >= 50, 0)
  const before = published
  const { payload } = await bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  t.match(payload, { recovered: true, seq: 0 })
  t.ok(Number(payload['missed']) >= before && Number(payload['missed']) <= published, `${payload['missed']} of ${before} to ${published}`)
  await publishing
  await until(() => bob.inbox.some(({ seq }) => seq === 300))
  t.same(news(await bob.drain()), numbers(1, 300))
})

t.test('the same with the service itself, several clients and rooms at once', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', WS_HISTORY_SIZE: '1000' })
  const ada = await connectAs(t, service, 'ada')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', room: 'a' })
  await ada.request({ type: 'join_room', room: 'b' })
  const since = { epoch: String(epoch), seq: 0 }
  for (let number = 1; number <= 300; number += 1) for (const room of ['a', 'b']) ada.send({ type: 'publish', room, payload: number })
  const backs = await Promise.all(numbers(1, 5).map(async (number) => {
    const client = await connectAs(t, service, `bob ${number}`)
    await resume(client, { 'room:a': since, 'room:b': since })
    return client
  }))
  for (const client of backs) {
    await until(() => client.inbox.filter(({ type }) => type === 'message').length === 600)
    for (const room of ['a', 'b']) t.same(client.inbox.filter((frame) => frame.room === room).map(({ seq }) => seq), numbers(1, 300))
  }
})

t.test('a message to several topics that come back together: one copy, by the first, and the numbers say so', async (t) => {
  const { hub, since, ...service } = await start(t)
  await hub.to({ users: ['bob'], rooms: ['a', 'b'] }, { type: 'news', payload: 1 })
  await hub.to({ rooms: ['b', 'a'] }, { type: 'news', payload: 2 })
  await hub.to({ users: ['bob', 'eve'] }, { type: 'news', payload: 3 })
  const bob = await enter(t, service, 'bob')
  const states = await resume(bob, { 'room:a': since, 'room:b': since, 'user:bob': since })
  t.match(states, { 'user:bob': { missed: 2 }, 'room:a': { missed: 0 }, 'room:b': { missed: 1 } })
  t.same(news(await bob.drain()).sort(), [1, 2, 3])
})

t.test('whom a message excepts does not get it later either: its user, or members of a room that comes back, too', async (t) => {
  const gate = makeGate()
  const { hub, since, ...service } = await start(t, { wait: async (operation, subject) => { if (operation === 'enter' && subject === 'b') await gate.opened } })
  await hub.to({ rooms: ['a'] }, { type: 'news', payload: 'not for bob' }, { except: { users: ['bob'] } })
  await hub.to({ rooms: ['a'] }, { type: 'news', payload: 'not for b' }, { except: { rooms: ['b'] } })
  await hub.to({ rooms: ['a'] }, { type: 'news', payload: 'for all' }, { except: { users: ['eve'] } })
  const bob = await enter(t, service, 'bob')
  const states = resume(bob, { 'room:a': since, 'room:b': since })
  await until(() => service.opened[0]?.rooms.has('a') === true)
  for (let turn = 0; turn < 20; turn += 1) await endOfTurn()
  gate.open()
  t.match(await states, { 'room:a': { recovered: true, missed: 1 }, 'room:b': { missed: 0 } })
  t.same(news(await bob.drain()), ['for all'])
})

t.test('a connection that was excepted by its id does not get it by resuming; what it said itself it does', async (t) => {
  const { hub, since, opened, ...service } = await start(t)
  const bob = await member(t, service, 'bob', 'a')
  await hub.to({ rooms: ['a'] }, { type: 'news', payload: 'not for this one' }, { except: { connections: [opened[0]?.id ?? ''] } })
  await bob.request({ type: 'publish', room: 'a', payload: 'mine' })
  t.match(await resume(bob, { 'room:a': since }), { 'room:a': { missed: 1 } })
  t.match(await bob.drain(), [{ type: 'message', payload: 'mine', sender: { id: 'bob' } }])
})

t.test('a copy is not left to a topic that does not come back: refused, lost, or never kept', async (t) => {
  const { hub, since, ...service } = await start(t, { limits: { maxConnectionsPerRoom: 1 } })
  await member(t, service, 'ada', 'full')
  await hub.to({ rooms: ['full', 'a'] }, { type: 'news', payload: 1 })
  await hub.to({ rooms: ['short', 'a'] }, { type: 'news', payload: 2 })
  await hub.toRoom('short', { type: 'news', payload: 'the only one kept' })
  await hub.to({ rooms: ['a'], roles: ['user'] }, { type: 'news', payload: 3 })
  const bob = await enter(t, service, 'bob')
  const states = await resume(bob, { 'room:full': since, 'room:short': since, 'role:user': since, 'room:a': since })
  t.match(states, {
    'room:full': { recovered: false, error: { code: 'ROOM_FULL' } },
    'room:short': { recovered: false, missed: 2, seq: 2 },
    'role:user': { recovered: false, missed: 1, seq: 1 },
    'room:a': { recovered: true, missed: 3 }
  })
  t.same(news(await bob.drain()), [1, 2, 3])
})

t.test('what is published while some of the topics are not subscribed to yet comes once', async (t) => {
  const gate = makeGate()
  const { hub, since, ...service } = await start(t, { wait: async (operation, subject) => { if (operation === 'enter' && subject === 'a') await gate.opened } })
  const bob = await enter(t, service, 'bob')
  const states = resume(bob, { 'room:a': since, 'room:b': since })
  await until(() => service.opened[0]?.rooms.has('b') === true)
  for (let turn = 0; turn < 20; turn += 1) await endOfTurn()
  await hub.to({ rooms: ['a', 'b'] }, { type: 'news', payload: 1 })
  gate.open()
  t.match(await states, { 'room:a': { missed: 1 }, 'room:b': { missed: 0 } })
  t.same(news(await bob.drain()), [1])
})

t.test('what is dropped while it is counted makes the topic lost; what came meanwhile follows all the same', async (t) => {
  let readings = 0
  const { hub, since, ...service } = await start(t, { wait: async (operation) => { if (operation === 'read' && ++readings === 2) await publish(151, 310) } })
  const publish = async (from: number, to: number): Promise<void> => {
    for (const payload of numbers(from, to)) await hub.toRoom('mid', { type: 'news', payload })
  }
  await publish(1, 150)
  const bob = await enter(t, service, 'bob')
  t.match(await resume(bob, { 'room:mid': since }), { 'room:mid': { recovered: false, missed: 150, seq: 150 } })
  await until(() => bob.inbox.some(({ seq }) => seq === 310))
  t.same(news(await bob.drain()), numbers(151, 310))
})

t.test('whose token has expired, or who is banned, comes back to nothing', async (t) => {
  // Where the clock is set, no sweep is to be the first to see that a token has expired.
  const { hub, since, relay, opened, ...service } = await start(t, { timings: { sweepIntervalMs: 60_000 } })
  await hub.toRoom('a', { type: 'news', payload: 1 })
  const requests = [
    { type: 'resume', payload: { topics: { 'room:a': since, 'user:bob': since } } },
    { type: 'join_room', room: 'a', payload: { since } },
    { type: 'subscribe', room: 'a', payload: { since } }
  ]
  const { now } = Date
  for (const request of requests) {
    const expired = await enter(t, service, 'bob', { expiresAtMs: now() + 3_600_000 })
    const clock = t.intercept(Date, 'now', { value: () => now() + 7_200_000 })
    expired.send(request)
    t.equal((await expired.closed).code, 1008)
    t.same(expired.inbox, [])
    clock.restore()
  }
  const eve = await enter(t, service, 'bob')
  Object.assign(relay.bans, { of: (userId: string) => userId === 'bob' ? { untilMs: Date.now() + 60_000 } : undefined })
  for (const request of requests) t.match(await eve.request(request), { type: 'error', payload: { code: 'FORBIDDEN' } })
  t.same(news(await eve.drain()), [])
  t.same(opened.map(({ rooms }) => rooms.size), [0, 0, 0, 0])
})

t.test('frames of a replay are those that were sent live, byte for byte', async (t) => {
  const { hub, since, ...service } = await start(t)
  const live = await connectRaw(t, service.address, { path: '/?user=live' })
  live.send({ type: 'subscribe', room: 'a' })
  await live.message('subscribed')
  const ada = await member(t, service, 'ada', 'a')
  await ada.request({ type: 'publish', id: 'an id', room: 'a', payload: { text: 'ä \ud83d\ude00 \u2028', __proto: [1e21, -0.5, null] } })
  await ada.request({ type: 'send_message', room: 'a', payload: { content: 'x'.repeat(7_000), reply_to: 'y' } })
  await hub.to({ roles: ['nobody'], rooms: ['a'] }, { type: 'custom', sender: { id: 's', name: 'S' }, payload: 'by several' })
  await hub.toUser('back', { type: 'ring', room: 'elsewhere', payload: { of: 'a user' } })
  const seen = [await live.next(TEXT), await live.next(TEXT), await live.next(TEXT)].map((frame) => frame?.payload.toString())
  const back = await connectRaw(t, service.address, { path: '/?user=back' })
  back.send({ type: 'subscribe', room: 'a', payload: { since } })
  await back.message('subscribed')
  t.same([await back.next(TEXT), await back.next(TEXT), await back.next(TEXT)].map((frame) => frame?.payload.toString()), seen)
  back.send({ type: 'resume', payload: { topics: { [userTopic('back')]: since } } })
  await back.message('resumed')
  t.match(await back.message('ring'), { room: 'elsewhere', topic: 'user:back', seq: 1, payload: { of: 'a user' } })
})

t.test('a replay is compressed for those who want it, and says the same', async (t) => {
  const service = await startService(t, { WS_COMPRESSION: 'on', WS_MESSAGE_RATE: '0' })
  const peer = async (sub: string) => await connectDeflate(t, service.address, await tokenFor({ sub }))
  const live = await peer('live')
  live.send(compressedMessage({ type: 'subscribe', room: 'a' }))
  await until(() => live.frames.length === 2)
  const since = { epoch: String(JSON.parse(JSON.stringify(live.envelopes[1]?.['payload']))['epoch']), seq: 0 }
  for (let number = 0; number < 150; number += 1) await service.app.hub.toRoom('a', { type: 'news', payload: 'x'.repeat(number < 75 ? 2_000 : 2_001) })
  await until(() => live.frames.length === 152)
  const back = await peer('back')
  back.send(compressedMessage({ type: 'subscribe', room: 'a', payload: { since: { ...since, seq: 60 } } }))
  await until(() => back.frames.length === 92)
  const tail = (frames: typeof live.frames) => frames.slice(-90).map(({ first, content }) => [first, content.toString()])
  t.same(tail(back.frames), tail(live.frames))
  t.equal(back.frames.at(-1)?.first, COMPRESSED)
})
