import t from 'tap'
import WebSocket from 'ws'
import { ClosedError, connect } from '../../client/index.ts'
import { until } from '../helper.ts'
import { startScripted } from './scripted-service.ts'
import { startScriptedHub } from './scripted-hub.ts'

t.test('the token goes in the subprotocol, never in the address', async (t) => {
  const { peer, hub } = await startScriptedHub(t, { token: async () => 'x.y.z' })
  t.equal(peer.protocols, 'hub.v1,bearer,x.y.z')
  t.equal(peer.url, '/ws?refusal=close')
  t.match(hub.welcome, { user_id: 'ada' })
})

t.test('a guest offers no token; a ticket takes its place', async (t) => {
  const { peer } = await startScriptedHub(t, { token: undefined })
  t.equal(peer.protocols, 'hub.v1')
  const { peer: other } = await startScriptedHub(t, { token: 'a.b.c', ticket: () => 'once' })
  t.equal(other.protocols, 'hub.v1')
  t.equal(other.url, '/ws?refusal=close&ticket=once')
})

for (const code of [1000, 1003, 1007, 1009, 4002, 4003, 4009]) {
  t.test(`after ${code} nothing is tried again`, async (t) => {
    const { peer, hub, service, states } = await startScriptedHub(t)
    const waiting = hub.join('general')
    peer.close(code, 'because')
    await t.rejects(waiting, { name: 'ClosedError', code: 'CLOSED', closeCode: code })
    t.match(states.at(-1), { state: 'closed', code, reason: `WebSocket disconnected: ${code} because` })
    await t.rejects(hub.ready(), ClosedError)
    await t.rejects(hub.join('general'), ClosedError)
    t.equal(service.peers.length, 1)
  })
}

for (const code of [1001, 1012, 1013, 4004, 4029]) {
  t.test(`after ${code} the client comes back (S4-47, S4-57)`, async (t) => {
    const { peer, service, states } = await startScriptedHub(t)
    peer.close(code)
    await service.next()
    t.match(states.map(({ state }) => state), ['connecting', 'open', 'waiting', 'connecting'])
  })
}

for (const code of [1008, 4001]) {
  t.test(`after ${code} a new token is asked for, and without one nothing is tried again`, async (t) => {
    const tokens = ['one', 'two']
    const { peer, hub, service, states } = await startScriptedHub(t, { token: () => tokens.shift() ?? 'two' })
    peer.close(code)
    const second = await service.next()
    t.equal(second.protocols, 'hub.v1,bearer,two')
    second.close(code)
    await t.rejects(hub.ready(), { name: 'ClosedError', code: 'CLOSED', closeCode: 4001 })
    t.equal(states.at(-1)?.state, 'closed')
    t.equal(service.peers.length, 2)
  })

  t.test(`after ${code} a fixed token is at its end`, async (t) => {
    const { peer, hub } = await startScriptedHub(t)
    peer.close(code)
    await until(() => hub.state === 'closed')
    await t.rejects(hub.ready(), { name: 'ClosedError', code: 'CLOSED', closeCode: code })
  })
}

t.test('a token that was refused counts no more once another was accepted', async (t) => {
  const tokens = ['one', 'two', 'one']
  const { peer, service } = await startScriptedHub(t, { token: () => tokens.shift() ?? 'one' })
  peer.close(1008)
  const second = await service.next()
  second.greet()
  second.close(1012)
  t.equal((await service.next()).protocols, 'hub.v1,bearer,one')
})

t.test('no token to be had is a failed attempt, told with its error', async (t) => {
  let failures = 2
  const failing = (): string => {
    failures -= 1
    if (failures >= 0) throw new Error('login service away')
    return 'x'
  }
  const { states } = await startScriptedHub(t, { token: failing })
  t.match(states.filter(({ state }) => state === 'waiting'), [{ error: { message: 'login service away' } }, { error: { message: 'login service away' } }])
})

t.test('attempts end after as many failures in a row as are wanted (S0-98, S4-46)', async (t) => {
  const service = await startScripted(t)
  await service.stop()
  const hub = connect(service.url, { WebSocket, maxAttempts: 5, backOff: { firstMs: 1, mostMs: 2 } })
  const states: string[] = []
  hub.on('state', ({ state }) => { states.push(state) })
  await t.rejects(hub.ready(), { name: 'ClosedError', message: /^Max reconnection attempts reached/ })
  t.equal(states.filter((state) => state === 'connecting').length, 5)
})

t.test('the texts of the states are those that people know (S0-138)', async (t) => {
  const { peer, service, states, hub } = await startScriptedHub(t)
  peer.close(1013, 'reading too slowly')
  const next = await service.next()
  next.greet()
  await hub.ready()
  hub.close()
  t.match(states.map(({ reason }) => reason), [
    'connecting', 'Connected to WebSocket', /^WebSocket disconnected: 1013 reading too slowly\. Reconnecting in \d+ms\.\.\.$/, 'connecting', 'Connected to WebSocket', 'Client disconnecting'
  ])
})

t.test('closing is told to the service with its reason, and nothing comes after it (S0-99, S0-100)', async (t) => {
  const closed: Array<{ code: number, reason: string }> = []
  class Recorded extends WebSocket {
    override close (code?: number, reason?: string): void {
      closed.push({ code: code ?? 0, reason: String(reason) })
      super.close(code, reason)
    }
  }
  const { hub, peer, service, states } = await startScriptedHub(t, { WebSocket: Recorded })
  hub.close()
  hub.close()
  t.strictSame(closed, [{ code: 1000, reason: 'Client disconnecting' }])
  await until(() => peer.isClosed)
  t.equal(service.peers.length, 1)
  t.equal(states.filter(({ state }) => state === 'closed').length, 1)
})

t.test('f7: a service that goes away says when to come back', async (t) => {
  const { peer, service, states } = await startScriptedHub(t, { backOff: { firstMs: 60_000, mostMs: 60_000 } })
  peer.send({ type: 'draining', payload: { retry_after_ms: 30 } })
  peer.close(1012)
  await service.next()
  const waited = states.find(({ state }) => state === 'waiting')
  t.ok(waited !== undefined && waited.retryInMs !== undefined && waited.retryInMs <= 30)
})

t.test('a connection that is not greeted in time is left, and so is a token that does not come', async (t) => {
  const { service, hub } = await startScriptedHub(t, { connectTimeoutMs: 30 }, null)
  const second = await service.next()
  second.greet()
  await hub.ready()
  const slow = connect(service.url, { WebSocket, token: async () => await new Promise<string>(() => {}), connectTimeoutMs: 10, maxAttempts: 1 })
  await t.rejects(slow.ready(), /no connection in time/)
})

t.test('a frame that cannot be read ends the connection, not the client', async (t) => {
  const { peer, service, states } = await startScriptedHub(t)
  peer.sendText('<html>')
  await service.next()
  t.match(states.find(({ state }) => state === 'waiting'), { reason: /unreadable frame/ })
  const { peer: other, service: otherService } = await startScriptedHub(t)
  other.sendText('[1]')
  await otherService.next()
})

t.test('a signal closes the hub, before and after it is open', async (t) => {
  const control = new AbortController()
  const { hub } = await startScriptedHub(t, { signal: control.signal })
  control.abort(new Error('leaving'))
  await t.rejects(hub.ready(), { code: 'CLOSED', cause: { message: 'leaving' } })
  const service = await startScripted(t)
  await t.rejects(connect(service.url, { WebSocket, signal: AbortSignal.abort() }).ready(), { code: 'CLOSED' })
  t.equal(service.peers.length, 0)
})

t.test('what cannot be is refused at once', async (t) => {
  t.throws(() => connect('no url', { WebSocket }), TypeError)
  t.throws(() => connect('ws://127.0.0.1', { WebSocket, tickMs: 0 }), /tickMs: expected a number above 0, got 0/)
  t.throws(() => connect('ws://127.0.0.1', { WebSocket, backOff: { mostMs: -1 } }), /mostMs/)
  t.throws(() => connect('ws://127.0.0.1', { WebSocket, queue: { maxAgeMs: 300_000 } }), /maxAgeMs: expected at most 290000/)
})

t.test('an http address becomes that of the socket', async (t) => {
  const service = await startScripted(t)
  const hub = connect(service.url.replace('ws:', 'http:'), { WebSocket })
  const peer = await service.next()
  peer.greet()
  t.match(await hub.ready(), { user_id: 'ada' })
  hub.close()
})
