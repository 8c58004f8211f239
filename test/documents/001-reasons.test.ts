import t from 'tap'
import { postJson, SECRET, tokenFor } from '../helper.ts'
import { startCli } from '../support/cli-process.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { DRIVER, PASSENGER } from '../support/ride-store.ts'
import { startRides } from '../support/ride-world.ts'
import { connectRides, type RidesClient } from './clients/rides-client.ts'

t.test('messages of both sides share one connection, and a notification weighs less than a poll that finds nothing (S1-84)', async (t) => {
  const { service } = await startRides(t, { env: { WS_TOKEN_SOURCES: 'query' } })
  let connections = 0
  service.app.server.on('connection', () => { connections += 1 })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ user_id: DRIVER, role: 'driver' }) })
  const before = peer.socket.bytesRead
  for (let round = 0; round < 50; round += 1) {
    peer.send({ type: 'location_update', data: { latitude: 1, longitude: round } })
    await service.app.hub.toUser(DRIVER, { type: 'note', payload: round })
    await peer.message('note')
  }
  t.equal(connections, 1)
  const poll = await connectHttp(t, service.address)
  poll.write(handshake({ path: '/ws/online', headers: { connection: 'keep-alive', upgrade: undefined } }))
  await poll.response()
  t.ok((peer.socket.bytesRead - before) / 50 < poll.socket.bytesRead)
})

t.test('thousands of connections at once are all reached (S1-85)', async (t) => {
  const { address } = await startCli(t, { JWT_SECRET: SECRET, WS_DIALECT: 'notify.v1', WS_HANDSHAKE_RATE: '0', LOG_LEVEL: 'warn' })
  const token = await tokenFor({ user_id: PASSENGER })
  const clients: RidesClient[] = []
  while (clients.length < 2_000) clients.push(...await Promise.all(Array.from({ length: 100 }, () => connectRides(t, address, { token }))))
  t.match((await postJson({ address }, '/ws/broadcast', { message: 'hello' }, { sub: 'root', role: 'admin' })).body, { recipients: 2_000 })
  const alerts = await Promise.all(clients.map(async (client) => await client.next('system.alert')))
  t.equal(alerts.filter(({ data }) => (data as { message: string }).message === 'hello').length, 2_000)
})
