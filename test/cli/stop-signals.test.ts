import { once } from 'node:events'
import { connect as dial, type Socket } from 'node:net'
import t from 'tap'
import { connect } from '../client.ts'
import { SECRET, tokenFor, type Teardown } from '../helper.ts'
import { spawnCli, startCli } from '../support/cli-process.ts'

const env = { JWT_SECRET: SECRET }

/** Flags of node for a script that runs before the program. */
function preload (script: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}

/** A peer that makes the handshake and never says anything again, not even an answer to a close. */
async function connectMute (t: Teardown, address: string): Promise<Socket> {
  const { hostname, port, host } = new URL(address)
  const socket = dial(Number(port), hostname)
  t.teardown(() => socket.destroy())
  // It may be cut off at any time.
  socket.on('error', () => {})
  const lines = [`GET /ws?token=${await tokenFor({ sub: 'mute' })} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket',
    'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', '']
  socket.write(lines.join('\r\n'))
  const [answer] = await once(socket, 'data')
  if (!String(answer).startsWith('HTTP/1.1 101')) throw new Error(String(answer))
  return socket
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`f1, f3, f7: ${signal} tells clients to come back, closes them with 1012 and ends with exit code 0`, async (t) => {
    const { service, address } = await startCli(t, env)
    const client = connect(t, address, { token: await tokenFor({ sub: 'ada' }) })
    await client.next('connected')
    service.kill(signal)
    t.ok(await client.next('draining'))
    t.match(await client.closed, { code: 1012 })
    t.same(await service.ended, { code: 0, signal: null })
  })

  t.test(`f3: ${signal} during the start ends it with exit code 0 before it listens`, async (t) => {
    // Comes as soon as anybody listens for it.
    const early = `process.on('newListener', (name) => { if (name === '${signal}') setImmediate(() => process.kill(process.pid, name)) })`
    const service = spawnCli(t, ['start'], env, preload(early))
    t.same(await service.ended, { code: 0, signal: null })
    t.equal(service.stdout, '')
  })
}

t.test('a signal that comes with the address is dealt with like any later one', async (t) => {
  const prompt = `const write = process.stdout.write
    process.stdout.write = function (text) {
      if (text.startsWith('listening on')) process.kill(process.pid, 'SIGTERM')
      return write.apply(this, arguments)
    }`
  const service = spawnCli(t, ['start'], env, preload(prompt))
  t.same(await service.ended, { code: 0, signal: null })
  t.match(service.stdout, /"signal":"SIGTERM","msg":"shutting down"/)
})

t.test('f2: a client that never answers does not keep the service from ending in time', async (t) => {
  const { service, address } = await startCli(t, { ...env, WS_DRAIN_TIMEOUT: '300ms' })
  const mute = await connectMute(t, address)
  const cut = once(mute, 'close')
  service.kill('SIGTERM')
  t.same(await service.ended, { code: 0, signal: null })
  await cut
})

t.test('f3: a second signal ends the service at once, whoever is still there', async (t) => {
  const { service, address } = await startCli(t, { ...env, WS_DRAIN_TIMEOUT: '10m' })
  await connectMute(t, address)
  service.kill('SIGTERM')
  await service.seen(/shutting down/)
  service.kill('SIGTERM')
  t.same(await service.ended, { code: 1, signal: null })
})
