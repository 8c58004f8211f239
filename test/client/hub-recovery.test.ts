import t from 'tap'
import type { Message, Recovery } from '../../client/index.ts'
import { until } from '../helper.ts'
import { joined, startScriptedHub } from './scripted-hub.ts'

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
