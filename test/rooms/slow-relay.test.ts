import { once } from 'node:events'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { until } from '../helper.ts'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, member, startHub } from '../support/test-hub.ts'

/** A relay on which one operation on one subject waits for a gate; all others take a turn. */
function relayWaitingFor (operation: string, subject: string) {
  const gate = makeGate()
  const relay = new SlowRelay(async (what, about) => {
    await endOfTurn()
    if (what === operation && about === subject) await gate.opened
  })
  return { relay, gate }
}

relayContract(t, async (t, options) => {
  const relay = new SlowRelay(undefined, options)
  t.teardown(() => relay.close())
  return { relay }
})

presenceContract(t, async (t) => {
  const relay = new SlowRelay()
  t.teardown(() => relay.close())
  return { relay }
})

t.test('a join that waits for the relay holds the publish behind it', async (t) => {
  const { relay, gate } = relayWaitingFor('enter', 'cellar')
  const service = await startHub(t, { relay })
  const bob = await enter(t, service, 'bob')
  bob.send({ type: 'join_room', id: '1', room: 'cellar' })
  bob.send({ type: 'publish', id: '2', room: 'cellar' })
  bob.socket.ping()
  await once(bob.socket, 'pong')
  t.same(bob.inbox, [])
  gate.open()
  t.same([(await bob.next()).type, (await bob.next()).type], ['room_info', 'ack'])
})

t.test('a connection that ends while its join waits leaves nothing, and nobody is told', async (t) => {
  const { relay, gate } = relayWaitingFor('enter', 'cellar')
  const service = await startHub(t, { relay })
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await enter(t, service, 'bob')
  bob.send({ type: 'join_room', room: 'cellar' })
  bob.socket.ping()
  await once(bob.socket, 'pong')
  bob.socket.terminate()
  await until(() => service.hub.size === 1)
  gate.open()
  await until(() => service.lines.some(({ fields }) => fields['error_code'] === 'UNAVAILABLE'))
  t.same((await service.rooms.list()).map(({ room }) => room), ['hall'])
  t.same([service.hub.roomCount, await ada.drain()], [1, []])
})

t.test('the departure of a user who only came back to end in the join is told', async (t) => {
  let gate = makeGate()
  gate.open()
  const relay = new SlowRelay(async (operation) => { if (operation === 'enter') await gate.opened })
  const service = await startHub(t, { relay, presenceGraceMs: 3_600_000 })
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  await ada.next('user_joined')
  bob.socket.terminate()
  await until(() => service.hub.size === 1)
  gate = makeGate()
  const back = await enter(t, service, 'bob')
  back.send({ type: 'join_room', room: 'hall' })
  back.socket.ping()
  await once(back.socket, 'pong')
  back.socket.terminate()
  await until(() => service.hub.size === 1)
  gate.open()
  t.equal((await ada.next('user_left')).sender?.id, 'bob')
})

t.test('a relay that fails to let a connection out of one room does not keep it in the others', async (t) => {
  const relay = new SlowRelay(async (operation, room) => {
    if (operation === 'leave' && room === 'broken') throw new HubError('UNAVAILABLE', 'no answer')
  })
  const service = await startHub(t, { relay })
  const ada = await enter(t, service, 'ada')
  for (const room of ['first', 'broken', 'last']) await ada.request({ type: 'join_room', room })
  await ada.close(1000)
  await until(async () => (await service.rooms.list()).length === 1)
  t.match(service.lines.find(({ text }) => text === 'clean-up failed'), { level: 'error', fields: { user_id: 'ada' } })
  t.equal(service.hub.roomCount, 0)
})

t.test('a request that the relay cannot confirm is refused with UNAVAILABLE, and the connection stays', async (t) => {
  const relay = new SlowRelay(async (operation) => {
    if (operation === 'publish') throw new HubError('UNAVAILABLE', 'no answer from 10.0.0.7')
  })
  const service = await startHub(t, { relay })
  const ada = await member(t, service, 'ada', 'hall')
  t.same((await ada.request({ type: 'publish', room: 'hall' })).payload, { code: 'UNAVAILABLE', message: 'Service unavailable, retry', severity: 'server' })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
})

t.test('a notice that cannot be published is logged and harms nobody, however the relay refuses', async (t) => {
  const relay = new SlowRelay()
  const service = await startHub(t, { relay })
  relay.publish = () => { throw new HubError('UNAVAILABLE', 'no answer') }
  const ada = await member(t, service, 'ada', 'hall')
  ada.send({ type: 'typing', room: 'hall' })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  t.match(service.lines.find(({ text }) => text === 'notice not published'), { level: 'warn', fields: { type: 'user_typing' } })
})
