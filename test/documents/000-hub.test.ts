import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, memberOf, SECRET, startService, tokenFor, until } from '../helper.ts'
import { modulesIn } from '../support/modules.ts'

t.test('one hub registers connections, reaches all of them or those of a room, and forgets them (S0-02)', async (t) => {
  const service = await startService(t)
  const { hub } = service.app
  const ada = await memberOf(t, service, 'ada', 'general')
  const bob = await connectAs(t, service, 'bob')
  t.equal(hub.size, 2)
  t.match(await hub.broadcast({ type: 'note', payload: 'to all' }), { recipients: 2 })
  t.match(await hub.toRoom('general', { type: 'note', payload: 'to the room' }), { recipients: 1 })
  t.same((await ada.drain()).map(({ payload }) => payload), ['to all', 'to the room'])
  t.same((await bob.drain()).map(({ payload }) => payload), ['to all'])
  await bob.close()
  await until(() => hub.size === 1)
  t.match(await hub.broadcast({ type: 'note' }), { recipients: 1 })
})

t.test('hub, messages, rooms, tokens and upgrade are parts of their own, and the lower ones do not know the higher ones (S0-03)', async (t) => {
  const layers = [['src/protocol', 'src/auth'], ['src/hub', 'src/rooms', 'src/commands', 'src/relay'], ['plugins'], ['routes/ws'], ['examples/replay']]
  for (const [index, parts] of layers.entries()) {
    const higher = layers.slice(index + 1).flat()
    for (const part of parts) {
      const modules = modulesIn(part)
      t.ok(modules.length > 1, `${part} is there`)
      const values = modules.flatMap(({ imports }) => imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ target }) => target))
      // The names of topics are data that every part shares.
      t.same(values.filter((target) => target !== 'src/hub/topics.ts' && higher.some((folder) => target.startsWith(`${folder}/`))), [], part)
    }
  }
})

t.test('in production the service has rooms and lets nobody in without a token (S0-05)', async (t) => {
  const service = await startService(t, { NODE_ENV: 'production', JWT_SECRET: SECRET })
  t.match(await refusedHandshake(t, service.address), { status: 401 })
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
  t.match(await bob.next('new_message'), { room: 'general', payload: { content: 'hello' }, sender: { id: 'ada' } })
})

t.test('unless the settings say otherwise a ping goes out every 54 s and an answer may take 60 s (S0-33, S0-34)', async (t) => {
  t.match(loadConfig({}).config, { pingPeriodMs: 54_000, pongWaitMs: 60_000 })
  const client = connect(t, (await startService(t)).address, { token: await tokenFor({ sub: 'ada' }) })
  t.equal((await client.next('connected')).payload['ping_interval_ms'], 54_000)
})

t.test('the addresses of the samples are those of a service without settings: port 8080, path /ws, any room (S0-104)', async (t) => {
  const { port, paths } = loadConfig({}).config
  t.equal(port, 8080)
  t.ok(paths.includes('/ws'))
  const client = await connectAs(t, await startService(t), 'ada', { path: '/ws' })
  t.match(await client.request({ type: 'join_room', payload: { room_id: 'general' } }), { type: 'room_info', room: 'general' })
})

t.test('a connection knows its user, the user\'s name, its socket and its rooms (S0-38)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, { sub: '7', name: 'Ada' }, 'general')
  const [connection] = service.app.hub.ofUser('7')
  t.match(connection, { user: { id: '7', name: 'Ada' }, isOpen: true })
  t.same([...connection?.rooms.keys() ?? []], ['general'])
  t.equal(connection?.send('note', 'by its own way out'), true)
  t.match(await ada.next('note'), { payload: 'by its own way out' })
})

t.test('a single connection can be let into a room, asked whether it is in, and taken out again (S0-48)', async (t) => {
  const service = await startService(t)
  const { hub, rooms } = service.app
  await connectAs(t, service, 'ada')
  await connectAs(t, service, 'ada')
  const [first, second] = hub.ofUser('ada')
  if (first === undefined || second === undefined) throw new Error('expected two connections')
  const inRoom = () => [first, second].map((connection) => connection.rooms.has('general'))
  await rooms.join('general', first)
  t.same(inRoom(), [true, false])
  await rooms.leave('general', first)
  t.same(inRoom(), [false, false])
})
