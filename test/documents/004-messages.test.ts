import t from 'tap'
import { enter, enterRoom, knock, startFlat } from './clients/flat-peer.ts'

t.test('a new connection is greeted with its user and how many are online, and it alone is (S4-22, X31)', async (t) => {
  const service = await startFlat(t)
  const ada = await knock(t, service, 'ada')
  t.strictSame(await ada.hear(), { type: 'system', message: 'Connected successfully', user_id: 'ada', online_count: 1 })
  const tab = await knock(t, service, 'ada')
  t.strictSame(await tab.hear(), { type: 'system', message: 'Connected successfully', user_id: 'ada', online_count: 2 })
  t.same(await ada.hearAll(), [])
})

t.test('a message reaches every member of its room, the sender included, and nobody else (S4-23, S4-24, S4-54, X12)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  const olaf = await enterRoom(t, service, 'olaf', 'elsewhere')
  await ada.hearAll()
  ada.say({ type: 'message', room: 'chat', text: 'hello' })
  for (const peer of [ada, bob]) t.strictSame(await peer.hear(), { type: 'message', from: 'ada', room: 'chat', text: 'hello' })
  for (const peer of [ada, bob, olaf]) t.same(await peer.hearAll(), [])
})

t.test('a message without a text has an empty one (S4-24)', async (t) => {
  const ada = await enterRoom(t, await startFlat(t), 'ada', 'chat')
  for (const empty of [{}, { text: '' }, { text: null }]) {
    ada.say({ type: 'message', room: 'chat', ...empty })
    t.strictSame(await ada.hear(), { type: 'message', from: 'ada', room: 'chat', text: '' })
  }
})

t.test('a text arrives as it was sent, and what is no text as its JSON (S4-23, S4-40)', async (t) => {
  const ada = await enterRoom(t, await startFlat(t), 'ada', 'chat')
  for (const text of ['Ž\u2028😀"\\\n', ' ', '{"type":"pong"}', '<b>']) {
    ada.say({ type: 'message', room: 'chat', text })
    t.match(await ada.hear(), { text })
  }
  for (const [text, arrived] of [[5, '5'], [false, 'false'], [['a'], '["a"]'], [{ text: 'b' }, '{"text":"b"}']] as const) {
    ada.say({ type: 'message', room: 'chat', text })
    t.match(await ada.hear(), { text: arrived })
  }
})

t.test('who says something is whom the token names, whatever the message claims (S4-20, S4-24)', async (t) => {
  const ada = await enterRoom(t, await startFlat(t), 'ada', 'chat')
  ada.say({ type: 'message', room: 'chat', text: 'hello', from: 'bob', user_id: 'bob', sender: { id: 'bob' } })
  t.strictSame(await ada.hear(), { type: 'message', from: 'ada', room: 'chat', text: 'hello' })
})

t.test('a message without a room is ignored, in silence (S4-25)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  for (const nowhere of [{}, { room: '' }, { room: null }]) ada.say({ type: 'message', text: 'hello', ...nowhere })
  for (const peer of [ada, bob]) t.same(await peer.hearAll(), [])
})

t.test('a message from outside of a room reaches its members, and not its sender (S4-26, X13)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enter(t, service, 'bob')]
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  t.strictSame(await ada.hear(), { type: 'message', from: 'bob', room: 'chat', text: 'hello' })
  t.same(await bob.hearAll(), [])
})

t.test('what the token does not let a user publish to stays closed from outside, too, for messages and typing (S4-26, X13)', async (t) => {
  for (const requiresJoin of ['true', 'false']) {
    const service = await startFlat(t, { WS_PUBLISH_REQUIRES_JOIN: requiresJoin })
    const ada = await enterRoom(t, service, 'ada', 'staff')
    const bob = await enter(t, service, { sub: 'bob', rooms: { join: ['staff'], publish: ['chat'] } })
    for (const frame of [{ type: 'message', text: 'hello' }, { type: 'typing' }]) {
      bob.say({ ...frame, room: 'staff' })
      t.strictSame(JSON.parse(await bob.hearText()), { type: 'error', code: 'FORBIDDEN', message: 'you may not publish to this room' })
    }
    t.same(await ada.hearAll(), [])
  }
})

t.test('who types is told to the room, but not to that user, on whatever tab (S4-31, S4-32, S4-55, X12)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  const tab = await enter(t, service, 'ada')
  await ada.hearAll()
  ada.say({ type: 'typing', room: 'chat' })
  ada.say({ type: 'typing', room: 'chat', is_typing: false })
  t.strictSame(await bob.hear(), { type: 'typing', user_id: 'ada', room: 'chat', is_typing: true })
  t.strictSame(await bob.hear(), { type: 'typing', user_id: 'ada', room: 'chat', is_typing: false })
  for (const peer of [ada, tab]) t.same(await peer.hearAll(), [])
})

t.test('typing needs no membership, and without a room it is ignored (S4-33, X14)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enter(t, service, 'bob')]
  for (const nowhere of [{}, { room: '' }, { room: null }]) bob.say({ type: 'typing', is_typing: true, ...nowhere })
  t.same(await bob.hearAll(), [])
  bob.say({ type: 'typing', room: 'chat', is_typing: true })
  t.strictSame(await ada.hearAll(), [{ type: 'typing', user_id: 'bob', room: 'chat', is_typing: true }])
})

t.test('a ping is answered with a pong, to the connection that asked alone (S4-34, X32)', async (t) => {
  const service = await startFlat(t)
  const [ada, tab, bob] = [await enter(t, service, 'ada'), await enter(t, service, 'ada'), await enter(t, service, 'bob')]
  ada.say({ type: 'ping' })
  t.strictSame(JSON.parse(await ada.hearText()), { type: 'pong' })
  for (const peer of [ada, tab, bob]) t.same(await peer.hearAll(), [])
})

t.test('unknown types are ignored in silence, and so is a frame without a type (S4-35, S4-60, X16)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  for (const type of ['dance', 'Message', 'constructor', '__proto__', '', 5, null, ['message'], undefined]) ada.say({ type, room: 'chat', text: 'hello' })
  for (const peer of [ada, bob]) t.same(await peer.hearAll(), [])
})

t.test('what only the server says means nothing from a client: pong and system (S4-50)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  for (const frame of [{ type: 'system', room: 'chat', message: 'bob left' }, { type: 'pong' }]) ada.say(frame)
  for (const peer of [ada, bob]) t.same(await peer.hearAll(), [])
})

t.test('requests to the server are answered to whom they concern: message and typing alone go on to the room (S4-50)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  const heard: string[] = []
  for (const frame of [{ type: 'message' }, { type: 'typing' }, { type: 'ping' }, { type: 'join_room' }, { type: 'leave_room' }]) {
    ada.say({ ...frame, room: 'chat' })
    await ada.hearAll()
    heard.push(...(await bob.hearAll()).map(({ type }) => type))
  }
  t.same(heard, ['message', 'typing', 'typing', 'system'])
})
