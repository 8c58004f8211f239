import t from 'tap'
import { roomTopic } from '../../src/hub/topics.ts'
import { HubError } from '../../src/errors.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay, type Wait } from '../support/slow-relay.ts'
import { member, startHub } from '../support/test-hub.ts'
import type { Teardown } from '../helper.ts'

const HALL = roomTopic('hall')

async function start (t: Teardown, wait?: Wait) {
  const relay = new SlowRelay(wait)
  const service = await startHub(t, { relay })
  return { relay, service, ada: await member(t, service, 'ada', 'hall') }
}

t.test('an ack names its place only when what comes before has been sent: who comes back from it has missed nothing', async (t) => {
  const { relay, service, ada } = await start(t)
  const gate = makeGate()
  relay.handedOn = async () => await gate.opened
  ada.send({ type: 'publish', id: 'mine', room: 'hall', payload: 1 })
  const { epoch } = await relay.position(HALL)
  service.hub.deliver({ topics: [HALL], event: { type: 'news', payload: 'late', timestamp: '2026-03-01T12:00:00.000Z' }, positions: [{ epoch, seq: 1 }] })
  gate.open()
  t.match([await ada.next(), await ada.next()], [{ type: 'news' }, { type: 'ack', id: 'mine', payload: { seq: Number, epoch } }])
})

t.test('where that cannot be had in time, it is not known whether the message is still there: it is to be repeated', async (t) => {
  const { relay, ada } = await start(t)
  relay.handedOn = async () => { throw new HubError('UNAVAILABLE', 'no answer') }
  t.match(await ada.request({ type: 'publish', room: 'hall', id: 'mine', payload: 1 }), { type: 'error', id: 'mine', payload: { code: 'UNAVAILABLE' } })
  relay.handedOn = async () => {}
  t.match(await ada.request({ type: 'publish', room: 'hall', id: 'mine', payload: 1 }), { type: 'ack', payload: { seq: 1, duplicate: true } })
})

t.test('while the past is shown, an ack waits for its end', async (t) => {
  const gate = makeGate()
  // The first reads count what is missed.
  let readings = 0
  const { relay, service } = await start(t, async (operation) => { if (operation === 'read' && ++readings === 4) await gate.opened })
  const since = await relay.position(HALL)
  for (let count = 0; count < 100; count += 1) await service.hub.toRoom('hall', { type: 'news', payload: count })
  const bob = await member(t, service, 'bob', 'hall')
  const original = relay.read.bind(relay)
  relay.read = async (topic, range) => await original(topic, { ...range, limit: 40 })
  await bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  bob.send({ type: 'publish', id: 'mine', room: 'hall', payload: 1 })
  bob.send({ type: 'ping', id: 'still here' })
  await bob.next('pong')
  t.notOk(bob.inbox.some(({ type }) => type === 'ack'), 'other answers do not wait')
  gate.open()
  const ack = await bob.next('ack')
  t.match(ack, { id: 'mine', payload: { seq: 101 } })
  t.same(bob.inbox.filter(({ type }) => type === 'news').map(({ seq }) => seq), Array.from({ length: 100 }, (_, index) => index + 1))
})
