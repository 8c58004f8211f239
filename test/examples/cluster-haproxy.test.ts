import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { Balancer } from '../../examples/cluster/balancer.ts'
import { findProgram } from '../../examples/cluster/find-program.ts'
import { haproxyConfig } from '../../examples/cluster/haproxy-config.ts'
import { startHaproxy } from '../../examples/cluster/haproxy.ts'
import { connectAs, getJson, startService, until } from '../helper.ts'
import { projectRoot } from '../support/project-root.ts'
import { ask, askTimes, startFakeInstance, type FakeInstance } from './cluster-parts.ts'

const run = promisify(execFile)
const template = join(projectRoot, 'deploy', 'haproxy.cfg')

t.test('the configuration for other instances differs from the one of an installation in the marked lines alone', async (t) => {
  const original = await readFile(template, 'utf8')
  const config = haproxyConfig(original, { port: 18_080, targets: ['http://127.0.0.1:1', 'http://127.0.0.1:2'] })
  const kept = original.split('\n').filter((line) => !/# (?:listen|instance)$/.test(line))
  t.strictSame(config.split('\n').filter((line) => kept.includes(line)), kept)
  t.strictSame(config.split('\n').filter((line) => !kept.includes(line)).map((line) => line.trim()), [
    'bind 127.0.0.1:18080', 'server hub1 127.0.0.1:1', 'server hub2 127.0.0.1:2'
  ])
})

t.test('a template without the marks is refused', async (t) => {
  t.throws(() => haproxyConfig('frontend clients\n', { port: 1, targets: [] }), /marked/)
})

t.test('HAProxy accepts the configuration of an installation and the one made from it', async (t) => {
  const made = haproxyConfig(await readFile(template, 'utf8'), { port: 18_080, targets: ['http://127.0.0.1:1'] })
  const directory = t.testdir({ 'haproxy.cfg': made })
  await t.resolves(run(program(), ['-c', '-f', template]))
  await t.resolves(run(program(), ['-c', '-f', join(directory, 'haproxy.cfg')]))
})

t.test('WebSockets go through it to one instance after the other', async (t) => {
  const services = [await startProxied(t), await startProxied(t)]
  const balancer = await started(t, services.map(({ address }) => address))
  const clients = [await connectAs(t, balancer, 'ada'), await connectAs(t, balancer, 'bob')]
  for (const client of clients) t.match(await client.request({ type: 'join_room', room: 'general' }), { type: 'room_info' })
  t.strictSame(services.map(({ app }) => app.hub.size), [1, 1])
  for (const client of clients) t.match(await client.close(), { code: 1000 })
})

t.test('what a client says about its address does not reach the instances', async (t) => {
  const service = await startProxied(t, { WS_REST_RATE: '2' })
  const balancer = await started(t, [service.address])
  const asked = async (claim: string) => (await getJson(balancer, '/ws/online', { headers: { 'x-forwarded-for': claim } })).status
  t.strictSame([await asked('203.0.113.1'), await asked('203.0.113.2'), await asked('203.0.113.3')], [200, 200, 429])
})

t.test('an instance that is not ready gets nothing', async (t) => {
  const { balancer, instances: [, b] } = await balance(t, 'a', 'b', 'c')
  if (b !== undefined) b.isReady = false
  await until(async () => !(await askTimes(3, balancer.address)).includes('b'))
  t.strictSame((await askTimes(6, balancer.address)).sort(), ['a', 'a', 'a', 'c', 'c', 'c'])
})

t.test('what a full instance refuses goes to the next one, but only when asking twice is harmless', async (t) => {
  const { balancer, instances: [a] } = await balance(t, 'a', 'b')
  if (a !== undefined) a.isFull = true
  t.strictSame(await askTimes(4, balancer.address), ['b', 'b', 'b', 'b'])
  const answers = [await ask(balancer.address, { method: 'POST' }), await ask(balancer.address, { method: 'POST' })]
  t.strictSame(answers.map(({ status }) => status).sort(), [200, 503])
})

t.test('asked to close it lets a WebSocket go on; stopped it lets go of all', async (t) => {
  const service = await startProxied(t)
  const balancer = await started(t, [service.address])
  const ada = await connectAs(t, balancer, 'ada')
  balancer.close()
  await until(async () => await ask(balancer.address).then(() => false, () => true))
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
  await balancer.stop()
  t.match(await ada.closed, { code: 1006 })
})

t.test('a port that somebody has is refused', async (t) => {
  const { port } = new URL((await startFakeInstance(t, 'a')).address)
  await t.rejects(startHaproxy({ port: Number(port), targets: [] }), { code: 'EADDRINUSE' })
})

async function startProxied (t: Test, env: Record<string, string> = {}) {
  return await startService(t, { TRUST_PROXY: '127.0.0.1', ...env })
}

async function balance (t: Test, ...names: string[]): Promise<{ balancer: Balancer, instances: FakeInstance[] }> {
  const instances = await Promise.all(names.map((name) => startFakeInstance(t, name)))
  return { balancer: await started(t, instances.map(({ address }) => address)), instances }
}

async function started (t: Test, targets: readonly string[]): Promise<Balancer> {
  const balancer = await startHaproxy({ port: 0, targets })
  t.teardown(() => balancer.stop())
  return balancer
}

function program (): string {
  return findProgram('haproxy') ?? 'haproxy'
}
