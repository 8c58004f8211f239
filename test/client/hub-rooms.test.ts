import t from 'tap'
import type { Person, Typing } from '../../client/index.ts'
import { until } from '../helper.ts'
import { joined, startScriptedHub } from './scripted-hub.ts'

t.test('a member that an application has put out of a room learns of it when it says something', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const closed = new Promise((resolve) => { room.on('closed', resolve) })
  const sent = room.send({ content: 'x' })
  await peer.answer('send_message', 'error', { code: 'NOT_IN_ROOM', message: 'you must join the room first', severity: 'client' }, { room: 'general' })
  await t.rejects(sent, { code: 'NOT_IN_ROOM' })
  t.match(await closed, { code: 'NOT_IN_ROOM' })
  t.ok(await joined({ hub, peer }), 'and may come in again')
})

t.test('a room that is left and joined again is asked for in that order, whatever is refused', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const left = room.leave()
  const again = joined({ hub, peer })
  const leave = await peer.next('leave_room')
  peer.send({ type: 'error', id: leave.id, payload: { code: 'UNAVAILABLE', message: 'later', severity: 'server' } })
  await peer.answer('leave_room', 'ack', {})
  await left
  t.ok(await again)
  t.strictSame(peer.said.map(({ type }) => type), ['join_room', 'leave_room', 'leave_room', 'join_room'])
})

t.test('rooms that a new token does not allow are closed with the reason', async (t) => {
  const tokens = ['one', 'two']
  const { hub, peer } = await startScriptedHub(t, { token: () => tokens.shift() ?? 'two' })
  const room = await joined({ hub, peer })
  const closed = new Promise((resolve) => { room.on('closed', resolve) })
  peer.send({ type: 'token_expiring', payload: {} })
  await peer.answer('refresh_token', 'token_refreshed', { expires_at: '2026-01-01T00:10:00.000Z', rooms_left: ['general'] })
  t.match(await closed, { code: 'FORBIDDEN' })
  await t.rejects(room.send({ content: 'x' }), { code: 'NOT_IN_ROOM' })
})

t.test('members, typing and presence of a room', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const heard: unknown[] = []
  room.on('joined', ({ id }: Person) => { heard.push(id) }).on('left', ({ id }: Person) => { heard.push(`-${id}`) })
  room.on('typing', ({ person, isTyping }: Typing) => { heard.push(`${person.id} ${isTyping}`) })
  const bob = { id: 'bob', name: 'Bob' }
  peer.send({ type: 'user_joined', room: 'general', payload: bob, sender: bob })
  peer.send({ type: 'user_typing', room: 'general', payload: { is_typing: true }, sender: bob })
  peer.send({ type: 'user_left', room: 'general', payload: bob, sender: bob })
  await until(() => heard.length === 3)
  t.strictSame(heard, ['bob', 'bob true', '-bob'])
  t.strictSame(room.members, [{ id: 'ada', name: 'Ada' }])
  room.typing()
  room.typing()
  room.typing(false)
  room.typing(false)
  t.strictSame([(await peer.next('typing')).room, (await peer.next('stop_typing')).room], ['general', 'general'])
  await hub.who('general', { signal: AbortSignal.timeout(1) }).catch(() => {})
  t.equal(peer.said.filter(({ type }) => type.endsWith('typing')).length, 2, 'once per second and state')
})

t.test('leaving: what was said goes out first, then nothing more is heard', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const heard: unknown[] = []
  room.on('message', (message) => { heard.push(message) })
  const reader = room.messages()
  const sent = room.send({ content: 'bye' })
  const left = room.leave()
  await peer.answer('send_message', 'ack', {})
  await peer.answer('leave_room', 'ack', {})
  await Promise.all([sent, left])
  peer.tell('general', 9)
  t.match(await reader.next(), { done: true })
  await t.rejects(room.send({ content: 'x' }), { code: 'NOT_IN_ROOM' })
  t.strictSame(heard, [])
  await room.leave()
})

t.test('left without a connection, the room is not asked for again', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  peer.cut()
  await until(() => hub.state !== 'open')
  const sent = room.send({ content: 'x' })
  await room.leave()
  await t.rejects(sent, { code: 'NOT_IN_ROOM' })
  const next = await service.next()
  next.greet()
  t.strictSame((await next.next('resume')).payload, { topics: { 'user:ada': { epoch: 'u', seq: 0 } } })
})

t.test('a join that is refused is no room; one that is given up is left', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const refused = hub.join('secret')
  await peer.answer('join_room', 'error', { code: 'FORBIDDEN', message: 'no', severity: 'client' }, { room: 'secret' })
  await t.rejects(refused, { name: 'RefusedError', code: 'FORBIDDEN' })
  const control = new AbortController()
  const given = hub.join('slow', { signal: control.signal })
  await peer.next('join_room')
  control.abort(new Error('enough'))
  await t.rejects(given, /enough/)
  t.match(await peer.next('leave_room'), { room: 'slow' })
})

t.test('joined twice it is the same room; subscribed to, it may become one to be seen in', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const subscribing = hub.subscribe('general')
  await peer.answer('subscribe', 'subscribed', { room: 'general', client_count: 1, epoch: 'e', seq: 0 }, { room: 'general' })
  const room = await subscribing
  t.strictSame(room.members, [])
  t.equal(await joined({ hub, peer }), room)
  t.equal(await hub.join('general'), room)
  t.equal(peer.said.filter(({ type }) => type === 'join_room').length, 1)
  const left = room.leave()
  await peer.answer('unsubscribe', 'unsubscribed', { room: 'general', client_count: 0, epoch: 'e', seq: 0 }, { room: 'general' })
  await peer.answer('leave_room', 'ack', {})
  await left
})
