import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify from 'fastify'
import t from 'tap'
import WebSocket from 'ws'
import { hubPlugin, jwtPlugin, rateLimitPlugin, relayPlugin, roomsPlugin, sessionsPlugin, socketRoutes, websocketPlugin } from '../../src/index.ts'
import { TestClient } from '../client.ts'
import { SECRET, tokenFor } from '../helper.ts'

t.test('over TLS a client that reads gets everything, also many messages in one turn', async (t) => {
  const folder = t.testdir()
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-keyout', files.key, '-out', files.cert])
  t.equal(made.status, 0)
  const app = Fastify({ https: { key: readFileSync(files.key), cert: readFileSync(files.cert) } })
  t.teardown(() => app.close())
  await app.register(jwtPlugin, { secret: SECRET })
  for (const plugin of [rateLimitPlugin, relayPlugin, hubPlugin, roomsPlugin, sessionsPlugin, websocketPlugin, socketRoutes]) await app.register(plugin)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = new WebSocket(`${address.replace('https', 'wss')}/ws?token=${await tokenFor({ sub: 'ada' })}`, { rejectUnauthorized: false })
  t.teardown(() => socket.terminate())
  const ada = new TestClient(socket)
  await ada.next('connected')
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.all(Array.from({ length: 300 }, (_, index) => app.hub.toUser('ada', { type: 'tick', payload: turn * 300 + index })))
  }
  const ticks = (await ada.drain()).filter(({ type }) => type === 'tick').map(({ payload }) => payload)
  t.same(ticks, Array.from({ length: 3_000 }, (_, index) => index))
})
