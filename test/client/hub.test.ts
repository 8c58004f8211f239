import t from 'tap'
import { HubError, type Message, type Person, type Recovery, type Typing } from '../../client/index.ts'
import { until } from '../helper.ts'
import { startScriptedHub, type ScriptedHub } from './scripted-hub.ts'
import type { ScriptedPeer } from './scripted-service.ts'

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

t.test('after a cut one resume brings everything back, and messages wait for it', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t, {}, { positions: { 'user:ada': { epoch: 'u', seq: 7 } } })
  const room = await joined({ hub, peer }, 4)
  const seen: number[] = []
  room.on('message', ({ seq = 0 }) => { seen.push(seq) })
  peer.tell('general', 5)
  await until(() => seen.length === 1)
  peer.cut()
  const sent = room.send({ content: 'meanwhile' })
  const next = await service.next()
  next.greet({ positions: { 'user:ada': { epoch: 'u', seq: 9 } } })
  const resume = await next.next('resume')
  t.strictSame(resume.payload, { topics: { 'user:ada': { epoch: 'u', seq: 7 }, 'room:general': { epoch: 'e', seq: 5, member: true } } })
  t.equal(next.said.some(({ type }) => type === 'send_message'), false)
  next.send({ type: 'resumed', id: resume.id, payload: { topics: { 'user:ada': { recovered: true, missed: 0, epoch: 'u', seq: 7 }, 'room:general': { recovered: true, missed: 2, epoch: 'e', seq: 5 } } } })
  next.tell('general', 6)
  next.tell('general', 7)
  await next.answer('send_message', 'ack', { seq: 8, epoch: 'e' })
  t.match(await sent, { seq: 8 })
  t.strictSame(seen, [5, 6, 7])
  t.match(await next.next('online_users'), { room: 'general' }, 'who is there may have changed')
})

t.test('a message that was not acked in time comes back with the replay and is not told again', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const seen: unknown[] = []
  room.on('message', ({ payload }) => { seen.push(payload.content) })
  const sent = room.send({ content: 'mine' }, { id: 'order-1' })
  const { id } = await peer.next('send_message')
  peer.cut()
  const next = await service.next()
  next.greet()
  await next.answer('resume', 'resumed', { topics: { 'room:general': { recovered: true, missed: 2, epoch: 'e', seq: 0 } } })
  await until(() => next.said.some(({ type }) => type === 'send_message'))
  next.tell('general', 1, { id, payload: { content: 'mine' }, sender: { id: 'ada', name: 'Ada' } })
  // Somebody else may use the same ids.
  next.tell('general', 2, { id })
  const repeated = await next.answer('send_message', 'ack', { seq: 1, epoch: 'e', duplicate: true })
  t.equal(repeated.id, id)
  t.match(await sent, { duplicate: true, seq: 1 })
  await until(() => seen.length > 0)
  t.strictSame(seen, ['2'])
})

t.test('what cannot be recovered is told to the room and to the hub', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const told: Recovery[] = []
  room.on('recovered', (recovery) => { told.push(recovery) })
  hub.on('recovered', (recovery) => { told.push(recovery) })
  peer.cut()
  const next = await service.next()
  next.greet()
  await next.answer('resume', 'resumed', { topics: { 'room:general': { recovered: false, missed: 3, epoch: 'f', seq: 12 } } })
  await until(() => told.length === 2)
  t.strictSame(told[0], { topic: 'room:general', recovered: false, missed: 3 })
})

t.test('a room that is refused after a reconnect is closed with the reason; what waits for it is refused', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const reader = room.messages()
  const closed = new Promise((resolve) => { room.on('closed', resolve) })
  peer.cut()
  const sent = room.send({ content: 'x' })
  const next = await service.next()
  next.greet()
  const error = { code: 'ROOM_FULL', message: 'full', severity: 'client' }
  await next.answer('resume', 'resumed', { topics: { 'room:general': { recovered: false, epoch: 'e', seq: 0, error } } })
  await t.rejects(sent, { code: 'ROOM_FULL' })
  t.match(await closed, { code: 'ROOM_FULL' })
  await t.rejects(reader.next(), { code: 'ROOM_FULL' })
  await t.rejects(room.send({ content: 'y' }), { code: 'NOT_IN_ROOM' })
})

t.test('when all topics are refused each is asked for alone; UNAVAILABLE is asked for again', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  peer.cut()
  const next = await service.next()
  next.greet()
  await next.answer('resume', 'error', { code: 'FORBIDDEN', message: 'no', severity: 'client' })
  const alone = [await next.next('resume'), await next.next('resume')]
  t.strictSame(alone.map(({ payload }) => Object.keys(payload['topics'] as object)), [['user:ada'], ['room:general']])
  const unavailable = { code: 'UNAVAILABLE', message: 'later', severity: 'server' }
  next.send({ type: 'resumed', id: alone[1]?.id, payload: { topics: { 'room:general': { recovered: false, epoch: 'e', seq: 0, error: unavailable } } } })
  await next.answer('resume', 'resumed', { topics: { 'room:general': { recovered: true, missed: 0, epoch: 'e', seq: 0 } } })
  const sent = room.send({ content: 'x' })
  await next.answer('send_message', 'ack', {})
  t.ok(await sent)
})

t.test('a gap is asked for, and nothing of the topic passes before the answer', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  const seen: number[] = []
  room.on('message', ({ seq = 0 }) => { seen.push(seq) })
  peer.tell('general', 1)
  peer.send({ type: 'gap', payload: { topic: 'room:general', from_seq: 2, to_seq: 3 } })
  peer.tell('general', 4)
  const resume = await peer.next('resume')
  t.strictSame(resume.payload, { topics: { 'room:general': { epoch: 'e', seq: 1, member: true } } })
  peer.send({ type: 'resumed', id: resume.id, payload: { topics: { 'room:general': { recovered: true, missed: 3, epoch: 'e', seq: 1 } } } })
  for (const seq of [2, 3, 4, 5]) peer.tell('general', seq)
  await until(() => seen.length === 5)
  t.strictSame(seen, [1, 2, 3, 4, 5])
})

t.test('what a gap misses is asked for, whatever an ack said of later messages', async (t) => {
  const { hub, peer } = await startScriptedHub(t)
  const room = await joined({ hub, peer }, 3)
  const sent = room.send({ content: 'x' })
  await peer.answer('send_message', 'ack', { seq: 9, epoch: 'e' })
  await sent
  peer.send({ type: 'gap', payload: { topic: 'room:general', from_seq: 5, to_seq: 10 } })
  t.match((await peer.next('resume')).payload, { topics: { 'room:general': { epoch: 'e', seq: 4 } } })
})

t.test('what is asked about topics goes before all that waits; a join waits for what was missed', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  peer.cut()
  await until(() => hub.state !== 'open')
  const waiting = Promise.all([hub.subscribe('general'), room.history()])
  const next = await service.next()
  next.greet()
  const resume = await next.next('resume')
  t.strictSame(next.said.map(({ type }) => type), ['resume'])
  next.send({ type: 'resumed', id: resume.id, payload: { topics: { 'room:general': { recovered: true, missed: 0, epoch: 'e', seq: 0 } } } })
  await next.answer('subscribe', 'subscribed', { room: 'general', client_count: 1, epoch: 'e', seq: 0 }, { room: 'general' })
  await next.answer('history', 'history', { room: 'general', epoch: 'e', messages: [], more: false }, { room: 'general' })
  t.match((await waiting)[1], { messages: [] })
})

t.test('a service that takes short frames only is asked for fewer topics at a time', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t, {}, { max_message_size: 200 })
  for (const name of ['a', 'b', 'c', 'd']) {
    const joining = hub.subscribe(name)
    await peer.answer('subscribe', 'subscribed', { room: name, client_count: 1, epoch: 'e', seq: 0 }, { room: name })
    await joining
  }
  peer.cut()
  const next = await service.next()
  next.greet({ max_message_size: 200 })
  await until(() => next.said.reduce((count, { payload }) => count + Object.keys(payload['topics'] ?? {}).length, 0) === 5)
  t.ok(next.said.length > 1 && next.said.every((said) => JSON.stringify(said).length <= 200))
})

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

t.test('a topic that is to be asked for again is forgotten with its room', async (t) => {
  const { hub, peer, service } = await startScriptedHub(t)
  const room = await joined({ hub, peer })
  peer.cut()
  const next = await service.next()
  next.greet()
  const error = { code: 'UNAVAILABLE', message: 'later', severity: 'server' }
  await next.answer('resume', 'resumed', { topics: { 'user:ada': { recovered: true, missed: 0, epoch: 'u', seq: 0 }, 'room:general': { recovered: false, epoch: 'e', seq: 0, error } } })
  await until(() => hub.state === 'open')
  await room.leave()
  const again = joined({ hub, peer: next })
  await next.answer('leave_room', 'ack', {})
  t.ok(await again)
  await t.rejects(hub.ping({ signal: AbortSignal.timeout(1_200) }))
  t.equal(next.said.filter(({ type }) => type === 'resume').length, 1)
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

t.test('where the greeting names no position of the user, the service is asked for it', async (t) => {
  const { hub, peer } = await startScriptedHub(t, {}, { positions: {} })
  const seen: Message[] = []
  const recoveries: Recovery[] = []
  hub.on('user.updated', (message) => { seen.push(message) })
  hub.on('recovered', (recovery) => { recoveries.push(recovery) })
  peer.send({ type: 'user.updated', topic: 'user:ada', seq: 3, payload: { n: 3 } })
  const resume = await peer.answer('resume', 'resumed', { topics: { 'user:ada': { recovered: false, epoch: 'u', seq: 3 } } })
  t.strictSame(resume.payload, { topics: { 'user:ada': { epoch: 'none', seq: 0 } } })
  await until(() => seen.length === 1)
  peer.send({ type: 'user.updated', topic: 'user:ada', seq: 4, payload: { n: 4 } })
  await until(() => seen.length === 2)
  t.strictSame(recoveries, [], 'nothing was lost')
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

async function joined ({ hub, peer }: Pick<ScriptedHub, 'hub'> & { readonly peer: ScriptedPeer }, seq = 0) {
  const joining = hub.join('general')
  await peer.admit('general', seq)
  return await joining
}
