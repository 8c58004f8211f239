import t from 'tap'
import { memberOf, startService, tokenFor, type Teardown, type TestService } from '../helper.ts'
import { spawnCli, type CliProcess } from '../support/cli-process.ts'

/** The client as a process of its own, with its input left open. */
async function spawnClient (t: Teardown, { address }: TestService): Promise<CliProcess> {
  return spawnCli(t, ['client', '--url', `${address.replace('http', 'ws')}/ws`], { WSHUB_TOKEN: await tokenFor({ sub: 'ada' }) })
}

t.test('the process ends when the service closes, though more could be typed', async (t) => {
  const service = await startService(t, { WS_INVALID_JSON: 'close' })
  const client = await spawnClient(t, service)
  client.type('{oops')
  t.same(await client.ended, { code: 1, signal: null })
  t.match(client.stderr, /ended the connection: 4002: Invalid JSON; do not reconnect\n$/)
})

t.test('an interrupted client leaves in order, so that it is told at once', async (t) => {
  const service = await startService(t, { WS_PRESENCE_GRACE: '10m' })
  const bob = await memberOf(t, service, 'bob', 'general')
  const client = await spawnClient(t, service)
  client.type('/join general')
  await client.seen(/room_info/)
  client.kill('SIGINT')
  t.match((await bob.next('user_left')).payload, { id: 'ada' })
  t.same(await client.ended, { code: 0, signal: null })
})

t.test('a client whose output nobody reads any more ends', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const client = await spawnClient(t, service)
  client.type('/join general')
  await client.seen(/room_info/)
  client.breakOutput()
  bob.send({ type: 'send_message', room: 'general', payload: { content: 'anyone?' } })
  t.same(await client.ended, { code: 0, signal: null })
})
