import t from 'tap'
import { refusedHandshake } from '../client.ts'
import { startService, tokenFor, until } from '../helper.ts'
import { FlatPeer, enter, enterRoom, knock, readFlat, startFlat } from './clients/flat-peer.ts'
import { openSocket } from './clients/json-peer.ts'

const UNAUTHORIZED = { code: 4001, reason: 'Authentication failed' }

t.test('a bad token, or none, is closed with 4001 after the handshake, also for a program without an Origin (S4-17, S4-18, S4-19, S4-52, X05, X36)', async (t) => {
  const { address } = await startFlat(t)
  const expired = await tokenFor({ sub: 'ada', exp: Math.floor(Date.now() / 1000) - 60 })
  for (const path of ['/ws', '/api/v1/ws']) {
    for (const query of ['?token=bad', `?token=${expired}`, '?token=', '']) {
      const peer = new FlatPeer(openSocket(t, address, `${path}${query}`), readFlat)
      let isOpen = false
      peer.socket.once('open', () => { isOpen = true })
      t.same(await peer.ended, UNAUTHORIZED, `${path}${query}`)
      t.ok(isOpen)
      t.same(await peer.rest(), [])
    }
  }
})

t.test('where another dialect is spoken the same program is refused with 401, and those that ask for this one with 4001 (S4-19, S4-52, X05)', async (t) => {
  const { address } = await startService(t)
  t.match(await refusedHandshake(t, address, { path: '/ws?token=bad' }), { status: 401 })
  const asking = [openSocket(t, address, '/ws?token=bad&dialect=flat.v1'), openSocket(t, address, '/ws?token=bad', ['flat.v1'])]
  for (const socket of asking) t.same(await new FlatPeer(socket, readFlat).ended, UNAUTHORIZED)
})

t.test('a good token connects on both paths (S4-17, S4-51)', async (t) => {
  const { address } = await startFlat(t)
  for (const path of ['/ws', '/api/v1/ws']) {
    const peer = new FlatPeer(openSocket(t, address, `${path}?token=${await tokenFor({ sub: 'ada' })}`), readFlat)
    t.match(await peer.hear(), { message: 'Connected successfully' })
    await peer.close()
  }
})

t.test('bad JSON closes at once with 4002 and no word before, and the room is told that the user left (S4-36, S4-37, S4-38, X15, X38)', async (t) => {
  const service = await startFlat(t)
  const bob = await enterRoom(t, service, 'bob', 'chat')
  for (const text of ['{', 'hello', '', '{"type":"ping"}x', '[]', '[{"type":"ping"}]', '5', 'null', '"ping"', 'true']) {
    const ada = await enterRoom(t, service, 'ada', 'chat')
    ada.say(text)
    t.same(await ada.ended, { code: 4002, reason: 'Invalid JSON' }, text)
    t.same(await ada.rest(), [], text)
    t.match(await bob.hear(), { message: 'ada joined', members: ['bob', 'ada'] })
    t.strictSame(await bob.hear(), { type: 'system', message: 'ada left', room: 'chat' })
  }
  t.same((await service.app.rooms.members('chat')).users.map(({ id }) => id), ['bob'])
  t.equal(service.app.hub.size, 1)
})

t.test('what comes behind bad JSON is not carried out any more (S4-36)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  ada.say({ type: 'message', room: 'chat', text: 'before' })
  ada.say('{')
  ada.say({ type: 'message', room: 'chat', text: 'behind' })
  await ada.ended
  t.match(await bob.hear(), { text: 'before' })
  t.match(await bob.hear(), { message: 'ada left' })
})

t.test('bad JSON of one tab ends that tab alone: the user stays in the room by the other (S4-07, S4-36)', async (t) => {
  const service = await startFlat(t)
  const [tab, otherTab, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enter(t, service, 'ada'), await enterRoom(t, service, 'bob', 'chat')]
  tab.say('{')
  t.match(await tab.ended, { code: 4002 })
  t.same(await bob.hearAll(), [])
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  t.match((await otherTab.hearAll()).at(-1), { text: 'hello' })
})

t.test('a frame without a type, or with one that is no text, does not end the connection (S4-60)', async (t) => {
  const ada = await enter(t, await startFlat(t), 'ada')
  for (const frame of ['{}', '{"type":5}', '{"type":null}', '{"room":"chat","text":"hello"}']) ada.say(frame)
  t.same(await ada.hearAll(), [])
})

t.test('whoever just goes away is told to the rooms as left, whatever way the connection ended (S4-02, S4-38, X38)', async (t) => {
  const service = await startFlat(t)
  const bob = await enterRoom(t, service, 'bob', 'chat')
  for (const end of [1000, 1001, 4999, undefined]) {
    const ada = await enterRoom(t, service, 'ada', 'chat')
    if (end === undefined) ada.socket.terminate()
    else ada.socket.close(end)
    t.match(await bob.hear(), { message: 'ada joined' })
    t.strictSame(await bob.hear(), { type: 'system', message: 'ada left', room: 'chat' })
  }
})

t.test('a binary frame, which has no meaning, ends the connection with 1003 (S4-59)', async (t) => {
  const ada = await enter(t, await startFlat(t), 'ada')
  ada.socket.send(Buffer.from('{"type":"ping"}'))
  t.match(await ada.ended, { code: 1003 })
})

t.test('who connects and who goes is logged with the user, and so is who joins and leaves which room (S4-05, S4-06, S4-10, S4-11)', async (t) => {
  const service = await startFlat(t)
  const ada = await enterRoom(t, service, 'ada', 'chat')
  ada.say({ type: 'leave_room', room: 'chat' })
  await ada.hearAll()
  await ada.close()
  await until(() => service.app.hub.size === 0)
  const lines = service.logs.map(({ msg, user_id: user, room_id: room }) => [msg, user ?? room])
  const expected = [
    ['WebSocket connected: user=ada', 'ada'], ['client joined room', 'chat'], ['client left room', 'chat'], ['room removed (empty)', 'chat'],
    ['WebSocket disconnected: user=ada', 'ada']
  ]
  for (const line of expected) t.ok(lines.some((seen) => String(seen) === String(line)), String(line))
})

t.test('connect, welcome, requests, clean-up: one life after the document (S4-21)', async (t) => {
  const service = await startFlat(t)
  const ada = await knock(t, service, { sub: 'ada', role: 'editor' })
  t.match(await ada.hear(), { type: 'system', user_id: 'ada' })
  t.match(await service.app.hub.stats(), { total_clients: 1, by_role: { editor: 1 } })
  t.same((await ada.join('chat')).length, 1)
  await ada.close()
  await until(async () => (await service.app.hub.stats()).total_clients === 0)
  t.same(await service.app.rooms.list(), [])
})
