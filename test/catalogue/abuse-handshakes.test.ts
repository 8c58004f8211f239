import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import Fastify from 'fastify'
import t from 'tap'
import { hub } from '../../src/index.ts'
import { connect } from '../client.ts'
import { connectAs, SECRET, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { cliPath } from '../support/cli-process.ts'
import { listen } from '../support/embed.ts'
import { connectHttp, exchange, handshake } from '../support/http-peer.ts'

const RATE = 5

t.test('c1: handshakes at ten times the rate are 429, from one address as from all of an IPv6 network; others come in', async (t) => {
  const service = await startService(t, { WS_HANDSHAKE_RATE: String(RATE), TRUST_PROXY: '127.0.0.1' })
  const statuses = async (addressOf: (index: number) => string): Promise<number[]> => {
    const all: number[] = []
    for (let index = 0; index < RATE * 10; index += 1) {
      const { status, headers } = await exchange(t, service.address, handshake({ headers: { 'x-forwarded-for': addressOf(index) } }))
      all.push(status)
      if (status === 429) t.match(headers['retry-after'], /^\d+$/)
    }
    return all
  }
  const expected = [...new Array<number>(RATE).fill(401), ...new Array<number>(RATE * 9).fill(429)]
  const bystander = await startBystander(t, service)
  t.same(await statuses(() => '192.0.2.1'), expected)
  t.same(await statuses((index) => `2001:db8:0:1::${index.toString(16)}`), expected, 'a /64 is one')
  t.ok(await connectAs(t, service, 'ada', { headers: { 'x-forwarded-for': '2001:db8:0:2::1' } }), 'another network')
  await bystander.check(t)
})

/** An application whose own way to tell who somebody is answers some never. */
async function startForgetful (t: Teardown, connectOptions: { maxWaiting?: number, maxWaitMs?: number }) {
  const app = Fastify()
  await app.register(hub, {
    authenticate: async ({ headers }) => headers.cookie === 'sid=ada' ? { userId: 'ada' } : await new Promise<never>(() => {}),
    connect: connectOptions,
    rateLimit: { handshakesPerMinute: 0 },
    sessions: { drainTimeoutMs: 500 }
  })
  return await listen(t, app)
}

t.test('c8: of handshakes that wait to learn who somebody is there are only so many; further ones are 503 at once', async (t) => {
  const { address } = await startForgetful(t, { maxWaiting: 3, maxWaitMs: 1_000 })
  const peers = await Promise.all([1, 2, 3, 4].map(async () => await connectHttp(t, address)))
  for (const peer of peers) peer.write(handshake())
  const answers = await Promise.all(peers.map(async (peer) => await peer.response()))
  for (const answer of answers) t.match([answer.status, answer.json(), answer.headers['retry-after']], [503, { code: 'UNAVAILABLE' }, /^\d+$/])
  const errors = answers.map((answer) => String(Object(answer.json()).error)).sort()
  t.same(errors, [...new Array<string>(3).fill('authentication took too long'), 'too many handshakes are waiting'])
  t.equal((await connect(t, address, { headers: { cookie: 'sid=ada' } }).next('connected')).payload['user_id'], 'ada', 'there is room again')
})

/** The program with so few descriptors; they are given to the shell that becomes it. */
async function startWithDescriptors (t: Teardown, count: number): Promise<string> {
  const child = spawn('/bin/sh', ['-c', `ulimit -n ${count} && exec "${process.execPath}" "${cliPath}" start`], {
    env: { HOST: '127.0.0.1', PORT: '0', JWT_SECRET: SECRET, LOG_LEVEL: 'error', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening on (http:\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    child.stdout.resume()
    return address
  }
  throw new Error('the service ended before it was listening')
}

t.test('c18: a service that has no descriptors left keeps the clients it has, and takes new ones when there are some again', async (t) => {
  const address = await startWithDescriptors(t, 400)
  const bystander = await startBystander(t, { address })
  const crowd: Socket[] = await Promise.all(Array.from({ length: 600 }, async () => (await connectHttp(t, address)).socket))
  await until(() => crowd.some(({ closed }) => closed))
  t.pass('some were cut off, there were too many')
  await bystander.check(t)
  for (const socket of crowd) socket.destroy()
  await until(async () => await fetch(`${address}/health`).then(({ ok }) => ok, () => false))
  t.equal((await connect(t, address, { token: await tokenFor({ sub: 'ada' }) }).next('connected')).payload['user_id'], 'ada')
  await bystander.check(t)
})
