import t from 'tap'
import { connectAs, memberOf, startService, until } from '../helper.ts'
import { connect } from '../client.ts'

const single = { WS_MAX_CONNECTIONS_PER_USER: '1' }

t.test('With a single session a new connection of a user replaces the older one with 4009 (S1-15, S1-16, S1-19)', async (t) => {
  const service = await startService(t, single)
  const older = await connectAs(t, service, 'ada')
  const newer = await connectAs(t, service, 'ada')
  t.strictSame(await older.closed, { code: 4009, reason: 'replaced by a newer session' })
  t.equal((await newer.request({ type: 'ping' })).type, 'pong')
  t.match(service.logs.find(({ msg }) => msg === 'Replaced existing WebSocket connection'), { user_id: 'ada' })
})

t.test('The end of a replaced connection does not take the new one with it: the user is still found (S1-18, S1-20)', async (t) => {
  const service = await startService(t, single)
  const older = await connectAs(t, service, 'ada')
  const newer = await connectAs(t, service, 'ada')
  await older.closed
  await until(() => service.logs.some(({ msg }) => msg === 'client disconnected'))
  t.equal(service.app.hub.size, 1)
  t.equal(service.app.hub.find('ada').length, 1)
  t.equal(await service.app.hub.isOnline('ada'), true)
  t.match(await service.app.hub.toUser('ada', { type: 'hello' }), { recipients: 1 })
  t.equal((await newer.next('hello')).type, 'hello')
})

t.test('A room sees no one leave when a session is replaced and the user joins again', async (t) => {
  const service = await startService(t, single)
  const bob = await memberOf(t, service, 'bob', 'general')
  const older = await memberOf(t, service, 'ada', 'general')
  await bob.next('user_joined')
  const newer = await memberOf(t, service, 'ada', 'general')
  await older.closed
  t.strictSame(await bob.drain(), [])
  await newer.request({ type: 'send_message', room: 'general', payload: { content: 'still here' } })
  t.match(await bob.next('new_message'), { payload: { content: 'still here' }, sender: { id: 'ada' } })
})

t.test('With more than one session the oldest makes room', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_USER: '2' })
  const [first, second] = [await connectAs(t, service, 'ada'), await connectAs(t, service, 'ada')]
  const third = await connectAs(t, service, 'ada')
  t.equal((await first.closed).code, 4009)
  for (const client of [second, third]) t.strictSame(await client.drain(), [])
})

t.test('Sessions of other users are left alone', async (t) => {
  const service = await startService(t, single)
  const bob = await connectAs(t, service, 'bob')
  await connectAs(t, service, 'ada')
  t.strictSame(await bob.drain(), [])
})

t.test('Many connections of one user at once leave exactly one', async (t) => {
  const service = await startService(t, single)
  const clients = await Promise.all(Array.from({ length: 10 }, async () => await connectAs(t, service, 'ada')))
  const isOpen = clients.map(({ socket }) => new Promise<boolean>((resolve) => {
    socket.once('close', () => resolve(false))
    socket.once('pong', () => resolve(true))
    if (socket.readyState === socket.OPEN) socket.ping()
    else resolve(false)
  }))
  t.equal((await Promise.all(isOpen)).filter(Boolean).length, 1)
  t.equal(service.app.hub.size, 1)
})

t.test('Guests are different users: none replaces another', async (t) => {
  const service = await startService(t, { ...single, WS_AUTH: 'optional' })
  const [first, second] = [connect(t, service.address), connect(t, service.address)]
  await Promise.all([first.next('connected'), second.next('connected')])
  t.strictSame(await first.drain(), [])
  t.strictSame(await second.drain(), [])
})
