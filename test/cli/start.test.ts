import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { connect } from '../client.ts'
import { getJson, SECRET, tokenFor } from '../helper.ts'
import { spawnCli, startCli } from '../support/cli-process.ts'
import { cli } from '../support/cli-world.ts'

t.test('a start in development without any setting gives tokens that work at once (S3-07, S2-60)', async (t) => {
  const { service, address } = await startCli(t)
  const user = connect(t, address, { token: await service.seen(/^user token: (\S+)$/m) })
  t.match((await user.next('connected')).payload, { user_id: 'ada', role: 'user' })
  const authorization = `Bearer ${await service.seen(/^admin token: (\S+)$/m)}`
  t.equal((await getJson({ address }, '/ws/stats', { headers: { authorization } })).status, 200)
})

t.test('the lines for a first conversation do what they promise', async (t) => {
  const { service } = await startCli(t)
  const args = (await service.seen(/^npx wshub (client .*)$/m)).split(' ')
  await service.seen(/^\/say hello$/m)
  const listener = spawnCli(t, args)
  listener.type('/join general')
  await listener.seen(/room_info/)
  t.same(await spawnCli(t, args).finish('/join general', '/say hello'), { code: 0, signal: null })
  await listener.seen(/ new_message \[general\] Ada: hello$/m)
})

t.test('no token is in a log line of a development start, not even one in an address', async (t) => {
  const { service, address } = await startCli(t, { LOG_LEVEL: 'trace' })
  const token = await service.seen(/^admin token: (\S+)$/m)
  const client = connect(t, address, { token })
  await client.next('connected')
  await client.close()
  await service.seen(/client disconnected/)
  const logged = service.stdout.split('\n').filter((line) => line.startsWith('{'))
  t.ok(logged.length > 3)
  t.notMatch(logged.join('\n'), new RegExp(token.split('.')[2] ?? token))
})

t.test('with a key a development start prints no token', async (t) => {
  const { service } = await startCli(t, { JWT_SECRET: SECRET })
  await service.seen(/npx wshub token --sub ada/)
  await service.seen(/API documentation: .*\/docs/)
  t.notMatch(service.stdout, /eyJ|a secret of tests/)
})

t.test('a start in production prints the address and nothing else beside the log', async (t) => {
  const { service, address } = await startCli(t, { NODE_ENV: 'production', JWT_SECRET: SECRET })
  t.equal((await getJson({ address }, '/health')).status, 200)
  service.kill('SIGTERM')
  t.same(await service.ended, { code: 0, signal: null })
  t.same(service.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{')), [`listening on ${address}`])
  t.equal(service.stderr, '')
})

t.test('a start in production without a key is refused, with every bad setting named', async (t) => {
  const { code, stdout, stderr } = await cli(['start'], { NODE_ENV: 'production', WS_PONG_WAIT: '1s', WS_SLOW_CLIENT: 'shout' })
  t.equal(code, 2)
  for (const name of ['JWT_SECRET', 'WS_PONG_WAIT', 'WS_SLOW_CLIENT']) t.match(stderr, new RegExp(`^ {2}${name}: `, 'm'))
  t.equal(stdout, '')
})

t.test('a bad flag is refused by its name before anything is opened', async (t) => {
  t.match(await cli(['start', '--port', '70000']), { code: 2, stdout: '', stderr: /--port \(PORT\): / })
})

t.test('flags win over the environment', async (t) => {
  const file = `${t.testdir({ 'hub.yaml': `ws_paths: [/live]\njwt_secret: ${SECRET}\n` })}/hub.yaml`
  const { address } = await startCli(t, { PORT: '1', HOST: '192.0.2.1' }, ['--port', '0', '--host', '127.0.0.1', '--config', file])
  const client = connect(t, address, { path: '/live', token: await tokenFor({ sub: 'ada' }) })
  t.ok(await client.next('connected'))
})

t.test('f10: a busy port ends the start with exit code 1 and a line that names host and port', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const service = spawnCli(t, ['start', '--port', String(port)])
  t.same(await service.ended, { code: 1, signal: null })
  t.match(service.stderr, new RegExp(`^wshub: cannot listen on 127\\.0\\.0\\.1:${port}: .*in use`))
})

t.test('a service that is switched off says so, opens no port and ends well (S2-83)', async (t) => {
  const expected = { code: 0, stdout: 'switched off by WS_ENABLED: no port is opened\n', stderr: '' }
  t.same(await cli(['start'], { WEBSOCKET_ENABLED: 'false' }), expected)
})

t.test('a node that listens on all addresses names one that this machine reaches', async (t) => {
  const { address } = await startCli(t, { HOST: '0.0.0.0' })
  t.match(address, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal((await getJson({ address }, '/health')).status, 200)
})

t.test('an address that this machine does not have ends the start with exit code 1; IPv6 stands in brackets', async (t) => {
  const { code, stderr } = await cli(['start', '--host', '2001:db8::1', '--port', '4711'], { LOG_LEVEL: 'silent' })
  t.equal(code, 1)
  t.match(stderr, /^wshub: cannot listen on \[2001:db8::1\]:4711: /)
})

t.test('a setting that may not be what was meant is told in the log', async (t) => {
  const { service } = await startCli(t, { WS_PING_PEROID: '1s' })
  await service.seen(/^{.*"level":40.*WS_PING_PEROID: unknown/m)
})

t.test('a service goes on when nobody reads its output any more', async (t) => {
  const { service, address } = await startCli(t)
  service.breakOutput()
  t.equal((await getJson({ address }, '/health')).status, 200)
  t.equal((await getJson({ address }, '/health')).status, 200)
  service.kill('SIGTERM')
  t.same(await service.ended, { code: 0, signal: null })
})
