import t from 'tap'
import { roomTopic } from '../../src/hub/topics.ts'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, startHub, type TestHubOptions } from '../support/test-hub.ts'

const HALL = roomTopic('hall')

/** A hub whose relay fails, or waits, as a test wants. */
async function start (t: Teardown, options: TestHubOptions = {}) {
  const steps: { before: (operation: string, subject: string) => Promise<unknown> } = { before: async () => {} }
  const relay = new SlowRelay(async (operation, subject) => await steps.before(operation, subject), { keepOf: () => ({ size: 1_000, ttlMs: 60_000 }) })
  const service = await startHub(t, { ...options, relay })
  const since = await relay.position(HALL)
  return { ...service, relay, since, steps, bob: await enter(t, service, 'bob') }
}

const failing = (failed: string) => async (operation: string): Promise<void> => { if (operation === failed) throw new Error('no answer') }
const contents = (frames: readonly ReceivedFrame[]): unknown[] => frames.filter(({ type }) => type === 'news').map(({ payload }) => payload)

for (const type of ['join_room', 'subscribe']) {
  for (const failed of ['enter', 'read']) {
    t.test(`${type}: where ${failed} fails, the connection is told, and not in the room by it`, async (t) => {
      const { hub, relay, since, steps, bob, opened } = await start(t)
      await hub.toRoom('hall', { type: 'news', payload: 1 })
      steps.before = failing(failed)
      t.match(await bob.request({ type, room: 'hall', payload: { since } }), { type: 'error', payload: { severity: 'server' } })
      steps.before = async () => {}
      await hub.toRoom('hall', { type: 'news', payload: 2 })
      t.same([contents(await bob.drain()), opened[0]?.rooms.size, await relay.presence.size('hall')], [[], 0, { users: 0, connections: 0 }])
      t.match(await bob.request({ type, room: 'hall', payload: { since } }), { payload: { recovered: true, missed: 2 } })
      t.same(contents(await bob.drain()), [1, 2])
    })
  }
}

t.test('where it fails for one who was in before, he stays in and gets what was held back', async (t) => {
  const { hub, since, steps, bob, opened } = await start(t)
  await bob.request({ type: 'join_room', room: 'hall' })
  const gate = makeGate()
  let isReading = false
  steps.before = async (operation) => {
    if (operation !== 'read') return
    isReading = true
    await gate.opened
    throw new Error('no answer')
  }
  const answer = bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  await until(() => isReading)
  for (let number = 1; number <= 100; number += 1) await hub.toRoom('hall', { type: 'news', payload: number })
  gate.open()
  t.match(await answer, { type: 'error', payload: { code: 'INTERNAL_ERROR' } })
  await hub.toRoom('hall', { type: 'news', payload: 101 })
  await until(() => bob.inbox.some(({ payload }) => Object.is(payload, 101)))
  t.same(contents(await bob.drain()), Array.from({ length: 101 }, (_, index) => index + 1))
  t.match(opened[0]?.rooms.get('hall'), { member: true })
})

t.test('a subscriber who fails to become a member stays a subscriber, and the other way round', async (t) => {
  const { hub, since, steps, bob, opened } = await start(t)
  for (const [before, after] of [['subscribe', 'join_room'], ['join_room', 'subscribe']]) {
    await bob.request({ type: before, room: 'hall' })
    steps.before = failing('read')
    t.match(await bob.request({ type: after, room: 'hall', payload: { since } }), { type: 'error' })
    steps.before = async () => {}
    t.match(opened[0]?.rooms.get('hall'), { member: before === 'join_room', subscriber: before === 'subscribe' })
    await hub.toRoom('hall', { type: 'news', payload: after })
    t.same(contents(await bob.drain()), [after])
    await bob.request({ type: before === 'subscribe' ? 'unsubscribe' : 'leave_room', room: 'hall' })
  }
  t.equal(opened[0]?.rooms.size, 0)
})

t.test('TOO_MANY_ROOMS and ROOM_FULL with a position, too; who is in already comes back', async (t) => {
  const { hub, since, bob, ...service } = await start(t, { limits: { maxRoomsPerClient: 1, maxConnectionsPerRoom: 1 } })
  await bob.request({ type: 'join_room', room: 'hall' })
  await hub.toRoom('hall', { type: 'news', payload: 1 })
  const refused = async (client: TestClient, room: string): Promise<unknown> => (await client.request({ type: 'join_room', room, payload: { since } })).payload['code']
  t.equal(await refused(bob, 'other'), 'TOO_MANY_ROOMS')
  t.equal(await refused(await enter(t, service, 'eve'), 'hall'), 'ROOM_FULL')
  bob.inbox.splice(0)
  t.match(await bob.request({ type: 'join_room', room: 'hall', payload: { since } }), { payload: { missed: 1 } })
  t.same(contents(await bob.drain()), [1])
})

t.test('taken out by the application while the history is read: nothing is shown, nothing comes', async (t) => {
  const { hub, rooms, since, steps, bob, opened } = await start(t)
  await hub.toRoom('hall', { type: 'news', payload: 1 })
  const gate = makeGate()
  let isReading = false
  steps.before = async (operation) => {
    if (operation !== 'read') return
    isReading = true
    await gate.opened
  }
  const answer = bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  await until(() => isReading)
  await rooms.leave('hall', 'bob')
  gate.open()
  await answer
  await hub.toRoom('hall', { type: 'news', payload: 2 })
  t.same(contents(await bob.drain()), [])
  t.equal(opened[0]?.rooms.size, 0)
})

t.test('a connection that ends while it comes back leaves nothing behind', async (t) => {
  const { hub, relay, since, steps, bob, lines } = await start(t)
  const gate = makeGate()
  let isReading = false
  steps.before = async (operation) => {
    if (operation !== 'read') return
    isReading = true
    await gate.opened
  }
  bob.send({ type: 'join_room', room: 'hall', payload: { since } })
  await until(() => isReading)
  await bob.close()
  await until(() => hub.size === 0)
  gate.open()
  await until(async () => (await relay.presence.size('hall')).connections === 0)
  t.same(lines.filter(({ level }) => level === 'error'), [])
})
