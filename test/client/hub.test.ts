import t from 'tap'
import type { HubError } from '../../client/index.ts'
import { until } from '../helper.ts'
import { joined, startScriptedHub } from './scripted-hub.ts'

t.test('a message resolves with its place, and is said once per id', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const sent = room.send({ content: 'hi' })
  const again = room.send({ content: 'hi' }, { id: 'mine' })
  const said = await peer.answer('send_message', 'ack', { seq: 1, epoch: 'e' })
  t.match(said, { room: 'general', payload: { content: 'hi' } })
  t.strictSame(await sent, { id: said.id, seq: 1, epoch: 'e' })
  const mine = await peer.answer('send_message', 'ack', { seq: 1, epoch: 'e', duplicate: true })
  t.equal(mine.id, 'mine')
  t.match(await again, { duplicate: true })
})

t.test('closing at the greeting is the end', async (t) => {
  const { hub, peer, states } = await startScriptedHub(t, {}, null)
  hub.on('frame', () => hub.close())
  peer.greet()
  await until(() => peer.isClosed)
  t.strictSame(states.map(({ state }) => state), ['connecting', 'closed'])
})

t.test('closing in a handler is the end', async (t) => {
  const { hub, peer } = await startScriptedHub(t, { token: () => 'x' })
  hub.on('frame', () => hub.close())
  peer.send({ type: 'token_expiring', payload: {} })
  await until(() => hub.state === 'closed')
  await until(() => peer.isClosed)
  t.equal(peer.said.filter(({ type }) => type === 'refresh_token').length, 0)
})

t.test('a token that is about to expire is renewed in band; a failing login is told and tried again', async (t) => {
  let calls = 0
  const nextToken = (): string => {
    calls += 1
    return `token-${calls}`
  }
  const { hub, peer } = await startScriptedHub(t, { token: nextToken })
  peer.send({ type: 'token_expiring', payload: { expires_at: '2026-01-01T00:00:30.000Z' } })
  const refresh = await peer.answer('refresh_token', 'token_refreshed', { expires_at: '2026-01-01T00:10:00.000Z' })
  t.strictSame(refresh.payload, { token: 'token-2' })
  const errors: unknown[] = []
  hub.on('error', (error) => { errors.push(error) })
  peer.send({ type: 'token_expiring', payload: {} })
  await peer.answer('refresh_token', 'error', { code: 'UNAUTHORIZED', message: 'Authentication required', severity: 'security' })
  await until(() => errors.length === 1)
  t.match(errors, [{ code: 'UNAUTHORIZED' }])
})

t.test('a service that falls silent is asked, and left when it does not answer', async (t) => {
  const { peer, service, states } = await startScriptedHub(t, { idleMs: 20, answerTimeoutMs: 50 })
  await peer.answer('ping', 'pong', null)
  await peer.next('ping')
  const next = await service.next()
  t.match(states.find(({ state }) => state === 'waiting'), { code: 1006, reason: /no answer in time/ })
  t.not(next, peer)
})

t.test('a service that does not answer a message is left, and the message said again', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t, { answerTimeoutMs: 50 })
  const room = await joined({ hub, peer })
  const sent = room.send({ content: 'x' })
  const { id } = await peer.next('send_message')
  const next = await service.next()
  next.greet()
  await next.answer('resume', 'resumed', { topics: { 'room:general': { recovered: true, missed: 0, epoch: 'e', seq: 0 } } })
  t.equal((await next.answer('send_message', 'ack', {})).id, id)
  t.match(await sent, { id })
})

t.test('requests: what a handler gives back, what the answer holds, and an error', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const asked = [hub.request('vote', { choice: 1 }), hub.request('quote')]
  t.strictSame((await peer.answer('vote', 'ack', { result: { total: 3 } })).payload, { choice: 1 })
  await peer.answer('quote', 'quoted', { text: 'x' })
  t.strictSame(await Promise.all(asked), [{ total: 3 }, { text: 'x' }])
  const refused = hub.request('vote')
  await peer.answer('vote', 'error', { code: 'VALIDATION_FAILED', message: 'one vote each', severity: 'client' })
  await t.rejects(refused, { code: 'VALIDATION_FAILED', message: 'one vote each' })
  const lost = hub.request('vote')
  await peer.next('vote')
  peer.cut()
  await t.rejects(lost, { code: 'CONNECTION_LOST' })
})

t.test('a signal gives up what waits', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(room.send({ content: 'x' }, { signal }), /enough/)
  await t.rejects(hub.request('x', null, { signal }), /enough/)
  await t.rejects(hub.ping({ signal }), /enough/)
  await t.rejects(hub.ready({ signal }), /enough/)
  await t.rejects(room.messages({ signal }).next(), /enough/)
  t.equal(peer.said.some(({ type }) => type === 'send_message'), false)
})

t.test('a log of frames begins with the greeting; an empty token is none', async (t) => {
  const { peer, hub } = await startScriptedHub(t, { token: () => '' }, null)
  t.equal(peer.protocols, 'hub.v1')
  const types: string[] = []
  hub.on('frame', ({ type }) => { types.push(type) })
  peer.greet()
  await hub.ready()
  t.strictSame(types, ['connected'])
})

t.test('events: what is said, what the application says, errors of nobody, and every frame', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const heard: string[] = []
  hub.on('message', ({ payload }) => { heard.push(payload.content) })
  hub.on('user.updated', ({ payload }) => { heard.push(String(payload)) })
  hub.on('error', ({ code }: HubError) => { heard.push(code) })
  let frames = 0
  const count = (): void => { frames += 1 }
  hub.on('frame', count)
  peer.send({ type: 'message', topic: 'all', seq: 1, payload: { content: 'to all' } })
  peer.send({ type: 'user.updated', payload: 'ada' })
  peer.send({ type: 'error', payload: { code: 'MESSAGE_TOO_LARGE', message: 'too large', severity: 'client' } })
  peer.send({ type: 'state', payload: 'not the state of the hub' })
  await until(() => frames === 4)
  t.strictSame(heard, ['to all', 'ada', 'MESSAGE_TOO_LARGE'])
  hub.off('frame', count)
})
