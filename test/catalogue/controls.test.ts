import t from 'tap'
import { loggerOptions } from '../../config/logger-options.ts'
import { monotonicMs } from '../../src/clock.ts'
import { MemoryTickets } from '../../src/relay/memory-tickets.ts'
import { connectAs, postJson, startService, tokenFor, until } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { exchange, handshake } from '../support/http-peer.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, startHub } from '../support/test-hub.ts'

t.test('a room whose name looks like the topic of a user, a role or everybody is a room and nothing else', async (t) => {
  const service = await startService(t)
  const eve = await connectAs(t, service, 'eve')
  for (const room of ['user:ada', 'role:admin', 'all', 'members:hall', 'connection:1']) t.match(await eve.request({ type: 'subscribe', room }), { type: 'subscribed' }, room)
  const ada = await connectAs(t, service, { sub: 'ada', role: 'admin' })
  const admin = { sub: 'root', role: 'admin' }
  for (const target of [{ users: ['ada'] }, { roles: ['admin'] }]) {
    t.match(await postJson(service, '/ws/broadcast', { message: 'for ada', target }, admin), { status: 200, body: { recipients: 1 } })
    t.match(await ada.next('system.alert'), { payload: { message: 'for ada' } })
  }
  t.same(await eve.drain(), [])
  t.match(await postJson(service, '/ws/broadcast', { message: 'for the room', target: { rooms: ['user:ada'] } }, admin), { body: { recipients: 1 } })
  t.match(await eve.next('system.alert'), { payload: { message: 'for the room' } })
  t.same(await ada.drain(), [])
})

t.test('a ticket of one process lets nobody in after its time', async (t) => {
  const tickets = new MemoryTickets()
  const ada = { userId: 'ada', name: 'Ada', roles: ['user'] }
  tickets.put('long', ada, 60_000)
  tickets.put('short', ada, 1)
  const ended = monotonicMs() + 2
  await until(() => monotonicMs() > ended, 1)
  t.equal(tickets.take('short'), undefined)
  t.same(tickets.take('long'), ada)
})

t.test('unless it is wanted nothing is compressed, whatever a client offers', async (t) => {
  const { address } = await startService(t)
  const headers = { 'sec-websocket-extensions': 'permessage-deflate' }
  const answer = await exchange(t, address, handshake({ path: `/ws?token=${await tokenFor({ sub: 'ada' })}`, headers }))
  t.match(answer, { status: 101 })
  t.equal(answer.headers['sec-websocket-extensions'], undefined)
})

t.test('a join that had to wait is looked at again by the token of its end', async (t) => {
  const gate = makeGate()
  let isWaiting = false
  const relay = new SlowRelay(async (operation, subject) => {
    if (operation !== 'enter' || subject !== 'hall') return
    isWaiting = true
    await gate.opened
  })
  const expiresAtMs = Date.now() + 3_600_000
  const narrow = { userId: 'ada', name: 'Ada', roles: ['user'], expiresAtMs, grants: { join: ['lobby'] } }
  const { rooms, opened, ...service } = await startHub(t, { relay, identify: () => narrow })
  const ada = await enter(t, service, 'ada', { expiresAtMs })
  const joining = t.rejects(rooms.join('hall', 'ada'), { code: 'FORBIDDEN' })
  await until(() => isWaiting)
  t.match(await ada.request({ type: 'refresh_token', payload: { token: 'narrow' } }), { type: 'token_refreshed' })
  gate.open()
  await joining
  t.equal(opened[0]?.rooms.size, 0)
})

t.test('of a command that Redis refused the log has no part: it may be the one with the password', async (t) => {
  const error = Object.assign(new Error('WRONGPASS invalid username-password pair'), { command: { name: 'auth', args: ['hub', 'canary'] } })
  const { message, ...rest } = loggerOptions({ logLevel: 'info' }).serializers.err(error)
  t.equal(message, error.message)
  t.notMatch(JSON.stringify({ ...rest, stack: '' }), /canary/)
})
