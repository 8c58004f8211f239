import t from 'tap'
import { connectAs, memberOf, startService, tokenFor, until } from '../helper.ts'
import { HubError } from '../../src/errors.ts'
import type { RoomQuestion } from '../../src/rooms/room-access.ts'
import { makeGate } from '../support/gate.ts'

t.test('an application is asked who wants what where, for each request', async (t) => {
  const service = await startService(t)
  const asked: RoomQuestion[] = []
  service.app.rooms.authorize((question) => { asked.push(question); return undefined })
  const ada = await connectAs(t, service, { sub: 'ada', name: 'Ada', roles: ['user', 'editor'] })
  await ada.request({ type: 'join_room', room: 'hall' })
  for (const type of ['online_users', 'history', 'publish']) await ada.request({ type, room: 'hall' })
  ada.send({ type: 'typing', room: 'hall' })
  await ada.request({ type: 'subscribe', room: 'lobby' })
  t.same(asked.map(({ action, room }) => `${action} ${room}`), ['join hall', 'presence hall', 'history hall', 'publish hall', 'publish hall', 'subscribe lobby'])
  t.match(asked[0], { user: { id: 'ada', name: 'Ada', roles: ['user', 'editor'] }, connectionId: String })
})

t.test('its yes and no count more than token and policy, undefined leaves it to them, and whatever else it says is a no', async (t) => {
  const service = await startService(t, { WS_ROOM_POLICY: 'secret*=private,news*=read-only,club*=members-only' })
  const answers: Record<string, unknown> = { 'secret-yes': true, 'news-yes': true, 'club-yes': true, 'hall-no': false, 'hall-null': null, 'hall-1': 1, 'hall-text': 'yes' }
  service.app.rooms.authorize(async ({ room }) => answers[room] as boolean | undefined)
  const ada = await connectAs(t, service, 'ada')
  const codes = async (room: string) => {
    const frames = [await ada.request({ type: 'join_room', room }), await ada.request({ type: 'subscribe', room }), await ada.request({ type: 'publish', room, payload: 1 })]
    return frames.map(({ type, payload }) => type === 'error' ? payload['code'] : 'yes')
  }
  const no = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']
  for (const room of ['secret-yes', 'news-yes', 'club-yes', 'hall']) t.same(await codes(room), ['yes', 'yes', 'yes'], room)
  for (const room of ['secret', 'hall-no', 'hall-null', 'hall-1', 'hall-text']) t.same(await codes(room), no, room)
})

t.test('what it throws is the refusal, a fault of it shows nothing, and one that never answers holds nobody up for long', async (t) => {
  const service = await startService(t, {}, { timings: { roomAnswerMs: 50 } })
  service.app.rooms.authorize(async ({ room }) => {
    if (room === 'full') throw new HubError('VALIDATION_FAILED', 'not before noon')
    if (room === 'broken') throw new Error('the password of the database is 1234')
    return room === 'silent' ? await new Promise<boolean>(() => {}) : true
  })
  const ada = await connectAs(t, service, 'ada')
  const refusal = async (room: string) => (await ada.request({ type: 'join_room', room })).payload
  t.match(await refusal('full'), { code: 'VALIDATION_FAILED', message: 'not before noon' })
  t.match(await refusal('broken'), { code: 'INTERNAL_ERROR', message: 'Internal server error' })
  t.match(await refusal('silent'), { code: 'UNAVAILABLE' })
  t.match(await refusal('hall'), { room_id: 'hall' })
})

t.test('messages arrive in the order sent, however long each answer takes', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await memberOf(t, service, 'bob', 'hall')
  let asked = 0
  service.app.rooms.authorize(async () => {
    asked += 1
    await new Promise((resolve) => { setTimeout(resolve, asked % 3) })
    return true
  })
  for (let index = 0; index < 30; index += 1) bob.send({ type: 'publish', room: 'hall', payload: index })
  await bob.drain()
  t.same((await ada.drain()).flatMap(({ type, payload }) => type === 'message' ? [payload] : []), Array.from({ length: 30 }, (_, index) => index))
})

t.test('with a newer token it is asked again of each room: out goes who may not be there any more', async (t) => {
  const service = await startService(t)
  let isOpen = true
  service.app.rooms.authorize(async ({ room }) => room === 'hall' ? isOpen : undefined)
  const claims = { sub: 'ada', name: 'Ada' }
  const ada = await memberOf(t, service, claims, 'hall')
  await ada.request({ type: 'subscribe', room: 'lobby' })
  isOpen = false
  const refreshed = await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ ...claims, jti: 'newer' }) } })
  t.same(refreshed.payload['rooms_left'], ['hall'])
  t.equal((await service.app.hub.toRoom('hall', { type: 'news' })).recipients, 0)
  t.equal((await service.app.hub.toRoom('lobby', { type: 'news' })).recipients, 1)
})

t.test('with a newer token it is asked again of each way of being in a room: who may only be a member listens as nothing else', async (t) => {
  const service = await startService(t)
  let mayListen = true
  service.app.rooms.authorize(({ action }) => action !== 'subscribe' || mayListen)
  const ada = await memberOf(t, service, 'ada', 'hall')
  await ada.request({ type: 'subscribe', room: 'hall' })
  mayListen = false
  const refreshed = await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'ada', jti: 'newer' }) } })
  t.equal(refreshed.payload['rooms_left'], undefined)
  t.equal((await service.app.hub.toRoom('hall', { type: 'news' })).recipients, 1)
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.equal((await service.app.hub.toRoom('hall', { type: 'news' })).recipients, 0)
})

t.test('whoever is subscribed may end that, whatever else is refused by now', async (t) => {
  const service = await startService(t, { WS_ROOM_POLICY: 'club=members-only' })
  service.app.rooms.authorize(({ action }) => action === 'subscribe' ? true : undefined)
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'subscribe', room: 'club' })
  t.match(await ada.request({ type: 'unsubscribe', room: 'club' }), { type: 'unsubscribed' })
  t.equal((await service.app.hub.toRoom('club', { type: 'news' })).recipients, 0)
  t.match(await ada.request({ type: 'unsubscribe', room: 'club' }), { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('a connection that ends while it is asked about the newer token of one on the way in leaves nothing behind', async (t) => {
  const service = await startService(t)
  const { app } = service
  const gates = [makeGate(), makeGate()]
  let asked = 0
  app.rooms.authorize(async () => {
    asked += 1
    await gates[asked - 1]?.opened
    return true
  })
  const ada = await connectAs(t, service, 'ada')
  const joined = app.rooms.join('hall', 'ada')
  joined.catch(() => {})
  await until(() => asked === 1)
  await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'ada', jti: 'newer' }) } })
  gates[0]?.open()
  await until(() => asked === 2)
  await ada.close()
  await until(() => app.hub.size === 0)
  gates[1]?.open()
  await t.rejects(joined, { code: 'UNAVAILABLE' })
  t.same([await app.rooms.list(), app.hub.roomCount], [[], 0])
})

t.test('whatever newer tokens take over on the way in, the last one must let it in', async (t) => {
  const service = await startService(t)
  const gates = [makeGate(), makeGate(), makeGate()]
  const asked: boolean[] = []
  service.app.rooms.authorize(async ({ user: { roles } }) => {
    const isAllowed = !roles.includes('outsider')
    const count = asked.push(isAllowed)
    await gates[count - 1]?.opened
    return isAllowed
  })
  const ada = await connectAs(t, service, 'ada')
  const joined = service.app.rooms.join('hall', 'ada')
  joined.catch(() => {})
  for (const [index, role] of ['editor', 'outsider'].entries()) {
    await until(() => asked.length === index + 1)
    await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'ada', role }) } })
    gates[index]?.open()
  }
  gates[2]?.open()
  await t.rejects(joined, { code: 'FORBIDDEN' })
  t.same([asked, await service.app.rooms.list()], [[true, true, false], []])
})
