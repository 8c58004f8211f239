import t from 'tap'
import { runCli } from '../../src/cli/run-cli.ts'
import { memberOf, startService, tokenFor, until, type TestService } from '../helper.ts'
import { cli, TestWorld, type CliResult } from '../support/cli-world.ts'

const urlOf = ({ address }: Pick<TestService, 'address'>) => `${address.replace('http', 'ws')}/ws`

/** Runs the client in a pipe as a user, with these lines as the whole input. */
async function pipe (service: TestService, lines: readonly string[], flags: readonly string[] = []): Promise<CliResult> {
  const token = await tokenFor({ sub: 'ada', name: 'Ada' })
  return await cli(['client', '--url', urlOf(service), '--token', token, ...flags], {}, lines.map((line) => `${line}\n`).join(''))
}

const typesIn = (stdout: string) => stdout.trimEnd().split('\n').map((line) => line.split(' ')[1])

t.test('what one says in a pipe, another hears', async (t) => {
  const service = await startService(t)
  const listener = new TestWorld({ WSHUB_TOKEN: await tokenFor({ sub: 'bob', name: 'Bob' }) })
  const listening = runCli(['client', '--url', urlOf(service)], listener)
  listener.stdin.write('/join general\n')
  await until(() => listener.seen.stdout.includes('room_info'))
  t.match(await pipe(service, ['/join general', '/say hello']), { code: 0 })
  await until(() => listener.seen.stdout.includes('user_left'))
  listener.stdin.end()
  t.equal(await listening, 0)
  t.match(listener.seen.stdout, /user_joined \[general\] Ada\n\S+ new_message \[general\] Ada: hello\n/)
})

t.test('at the end of a pipe all replies are there, in order', async (t) => {
  const { code, stdout } = await pipe(await startService(t), ['/join a', '/say x', '/who', ...Array(20).fill('/ping'), '/leave'])
  t.equal(code, 0)
  t.same(typesIn(stdout), ['connected', 'room_info', 'ack', 'online_users', ...Array(20).fill('pong'), 'ack'])
})

t.test('envelopes of the documents can be typed as they stand there (S0-131, S0-132)', async (t) => {
  const lines = ['{"type":"join_room","payload":{"room_id":"general"}}', '{"type":"send_message","room":"general","payload":{"content":"Hello!"}}']
  const service = await startService(t)
  const listener = await memberOf(t, service, 'bob', 'general')
  t.same(typesIn((await pipe(service, lines)).stdout), ['connected', 'room_info', 'ack'])
  t.match(await listener.next('new_message'), { payload: { content: 'Hello!' }, sender: { name: 'Ada' } })
})

t.test('the client speaks its own dialect, whatever the service speaks to those who name none', async (t) => {
  const { code, stdout } = await pipe(await startService(t, { WS_DIALECT: 'flat.v1' }), ['/join a', '/say x'])
  t.equal(code, 0)
  t.same(typesIn(stdout), ['connected', 'room_info', 'ack'])
})

t.test('raw output is one JSON text for each frame', async (t) => {
  const { code, stdout } = await pipe(await startService(t), ['/join a'], ['--raw'])
  t.equal(code, 0)
  t.match(stdout.trimEnd().split('\n').map((line) => JSON.parse(line)), [{ type: 'connected' }, { type: 'room_info', room: 'a' }])
})

t.test('a refusal of the service is a frame like others', async (t) => {
  const { code, stdout } = await pipe(await startService(t), ['{"type":"nonsense"}'])
  t.equal(code, 0)
  t.match(stdout, / error UNKNOWN_TYPE: /)
})

t.test('a line that cannot be understood is told, the others are carried out, and the exit code is 2', async (t) => {
  const { code, stdout, stderr } = await pipe(await startService(t), ['hello', '/shout', '/ping'])
  t.equal(code, 2)
  t.same(typesIn(stdout), ['connected', 'pong'])
  t.match(stderr, /unknown command \/shout/)
})

t.test('a slip in a terminal is forgiven', async (t) => {
  const service = await startService(t)
  const world = new TestWorld({ WSHUB_TOKEN: await tokenFor({ sub: 'ada' }) })
  Object.assign(world.stdin, { isTTY: true })
  world.stdin.end('/shout\n')
  t.equal(await runCli(['client', '--url', urlOf(service)], world), 0)
})

t.test('help can be asked for while connected, and the end too', async (t) => {
  const { code, stdout, stderr } = await pipe(await startService(t), ['/help', '/ping', '/quit', '/ping'])
  t.equal(code, 0)
  t.match(stderr, /\/join ROOM/)
  t.same(typesIn(stdout), ['connected', 'pong'])
})

t.test('without a token a guest comes in where guests may', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  t.match(await cli(['client', '--url', urlOf(service)]), { code: 0, stdout: / connected .*, guest;/ })
})

t.test('a bad token is refused with exit code 1 and a line that names address and reason', async (t) => {
  const url = urlOf(await startService(t))
  const { code, stdout, stderr } = await cli(['client', '--url', url, '--token', 'canary'])
  t.equal(code, 1)
  t.equal(stdout, '')
  t.equal(stderr, `wshub: cannot connect to ${url}: HTTP 401 Unauthorized: authentication required\n`)
})

t.test('a refusal by a close code names address, code and meaning', async (t) => {
  const url = urlOf(await startService(t, { WS_AUTH_REJECT: 'close' }))
  const { code, stderr } = await cli(['client', '--url', url, '--token', 'canary'])
  t.equal(code, 1)
  t.ok(stderr.endsWith(`wshub: ${url} ended the connection: 4001: Authentication failed; reconnect with a new token\n`), stderr)
})

t.test('where nobody listens the line says so', async (t) => {
  const service = await startService(t)
  await service.app.close()
  const { code, stderr } = await cli(['client', '--url', urlOf(service)])
  t.equal(code, 1)
  t.match(stderr, new RegExp(`^wshub: cannot connect to ${urlOf(service)}: connect ECONNREFUSED`))
})

t.test('a token is never shown, wherever it was given', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const results = await Promise.all([
    cli(['client', '--url', urlOf(service), '--token', token]),
    cli(['client', '--url', urlOf(service)], { WSHUB_TOKEN: token }),
    cli(['client', '--url', `${urlOf(service)}?token=${token}`]),
    cli(['client', '--url', `${urlOf(service)}/nowhere?token=${token}`]),
    cli(['client', '--url', urlOf(service), token])
  ])
  t.same(results.map(({ code }) => code), [0, 0, 0, 1, 2])
  for (const { stdout, stderr } of results) t.notOk(`${stdout}${stderr}`.includes(token.slice(0, 20)))
})

t.test('what is no address or no token is refused by the name of its flag', async (t) => {
  t.match(await cli(['client', '--url', 'nonsense']), { code: 2, stderr: /^wshub: --url: / })
  t.match(await cli(['client', '--token', 'two words']), { code: 2, stderr: /^wshub: --token: / })
})
