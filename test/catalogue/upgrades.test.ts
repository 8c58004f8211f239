import { promisify } from 'node:util'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { hub } from '../../src/index.ts'
import { startService, tokenFor, until, type Teardown } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { listen, quick, type Embedded } from '../support/embed.ts'
import { connectHttp, exchange, handshake, type HttpPeer } from '../support/http-peer.ts'

/** Generous for what the service ends at once. */
const SOON_MS = 5_000
const bearer = async (claims: object): Promise<string> => `Authorization: Bearer ${await tokenFor({ sub: 'ada', ...claims })}`
const admin = await bearer({ role: 'admin' })
const user = await bearer({})
const good = `/ws?token=${await tokenFor({ sub: 'ada' })}`

/** As lenient with paths as an application can be. */
const lenient = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true }

/** The service itself, and applications with the hub in them. */
const hosts: Record<string, (t: Teardown) => Promise<Embedded>> = {
  'the service': async (t) => await startService(t, { WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', WS_CONSOLE: 'on', LOG_LEVEL: 'error' }),
  'an application': async (t) => await startApplication(t, Fastify({ routerOptions: lenient })),
  'an application with sockets of its own': async (t) => {
    const app = Fastify()
    await app.register(websocket)
    app.get('/echo', { websocket: true }, () => {})
    return await startApplication(t, app)
  }
}

/** A thousand connections by each of the two plugins that upgrade. */
const batches: Record<string, number> = { 'the service': 10, 'an application': 8, 'an application with sockets of its own': 2 }

async function startApplication (t: Teardown, app: FastifyInstance): Promise<Embedded> {
  app.get('/nowhere', async () => { await new Promise((resolve) => { setImmediate(resolve) }) })
  const rateLimit = { handshakesPerMinute: 0, restPerMinute: 0 }
  await app.register(hub, { ...quick, rateLimit, connect: { origins: { allowed: ['*'], production: false } }, health: true, metrics: true, asyncapi: true })
  return await listen(t, app)
}

/** What may go before an upgrade in one segment. */
const requests = [
  'GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /ws/online HTTP/1.1\r\nHost: x\r\n\r\n',
  `POST /ws/broadcast HTTP/1.1\r\nHost: x\r\n${admin}\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"message":"x"}`
]

/** What is to be upgraded then. */
const targets = [good, '/health', good.replace('/ws', '/%77s'), '/echo', good]

/** Sends a request and an upgrade on so many connections, ends its side of every other one, and waits until all are gone. */
async function pipeline (t: Test, { address }: Embedded, count: number): Promise<void> {
  const peers = await Promise.all(Array.from({ length: count }, async () => await connectHttp(t, address)))
  const from = performance.now()
  for (const [index, { socket }] of peers.entries()) {
    const text = `${requests[index % requests.length]}${handshake({ path: targets[index % targets.length] ?? good })}`
    if (index % 2 === 0) socket.end(text)
    else socket.write(text)
  }
  await Promise.all(peers.map(async ({ closed }) => { await closed }))
  const took = performance.now() - from
  t.ok(took < SOON_MS, `${count} were closed within ${took.toFixed(0)} ms`)
}

const openSockets = async ({ app: { server } }: Embedded): Promise<number> => await promisify(server.getConnections).call(server)
/** Of this process, both ends of each connection. */
const descriptors = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length

for (const [name, start] of Object.entries(hosts)) {
  t.test(`a17, M2: requests with an upgrade in one segment with them, a hundred at a time: ${name} closes each at once, keeps no descriptor and ends when told to`, async (t) => {
    const host = await start(t)
    const bystander = await startBystander(t, host)
    const before = [await openSockets(host), descriptors()]
    for (let batch = 0; batch < (batches[name] ?? 0); batch += 1) await pipeline(t, host, 100)
    await until(async () => await openSockets(host) === before[0] && descriptors() === before[1])
    await bystander.check(t)
    await pipeline(t, host, 20)
    await host.app.close()
    t.notOk(host.app.server.listening)
  })

  t.test(`M4: ${name} ends in time although peers answer neither the close frame nor its end`, async (t) => {
    const host = await start(t)
    const mute = await connectHttp(t, host.address)
    mute.write(handshake({ path: good }))
    t.equal((await mute.response()).status, 101)
    const stuck = await connectHttp(t, host.address)
    stuck.write(handshake({ path: good }))
    t.equal((await stuck.response()).status, 101)
    stuck.socket.pause()
    const from = performance.now()
    await host.app.close()
    t.ok(performance.now() - from < 5_000, 'not the 30 s that ws gives a peer')
    await mute.closed
  })
}

// Sockets of the application's own change nothing here.
for (const [name, start] of Object.entries(hosts).slice(0, 2)) {
  t.test(`a18, M1: ${name} upgrades no route but its socket's, whoever asks, and keeps no connection`, async (t) => {
    const host = await start(t)
    const bystander = await startBystander(t, host)
    const before = await openSockets(host)
    const paths = [
      '/health', '/health/live', '/health/ready', '/metrics', '/docs', '/docs/', '/docs/json', '/docs/asyncapi.json', '/docs/hub.proto', '/docs/static/index.html', '/console',
      '/console/', '/console/settings.json', '/console/token', '/ws/online', '/ws/stats', '/ws/broadcast', '/ws/publish', '/ws/ticket', '/ws/rooms', '/ws/rooms/x',
      '/ws/rooms/x/history', '/ws/users', '/ws/users/x', '/ws/users/x/disconnect', '/ws/users/x/ban', '/', '/nothing', '/ws/nothing', '/api/v1/health', '*'
    ]
    const requests = [...paths.map((path) => ['GET', path] as const), ...['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'].flatMap((method) => ['/ws', '/ws/broadcast', '/ws/users/x/ban', '/nothing'].map((path) => [method, path] as const))]
    for (const [method, path] of requests) {
      const peer = await connectHttp(t, host.address)
      peer.write(handshake({ path, method, headers: { 'content-type': 'application/json', 'content-length': '15' }, lines: [admin] }) + '{"message":"x"}')
      await peer.closed
      t.ok([400, 404, 426].includes(statusOf(peer)), `${method} ${path}: ${statusOf(peer)}`)
    }
    await until(async () => await openSockets(host) === before)
    await bystander.check(t)
  })

  t.test(`a19: however a target is written, ${name} decides it as the path that it means, and nobody comes past the guard`, async (t) => {
    const host = await start(t)
    const bystander = await startBystander(t, host)
    const spellings = (rest: string): string[] => [
      `/ws${rest}`, `//ws${rest}`, `/ws/${rest}`, `/%77s${rest}`, `/%57%53${rest}`, `/WS${rest}`, `/./ws${rest}`, `/x/../ws${rest}`, `/ws/..${rest}`, `/ws/../ws${rest}`, `/ws;x${rest}`,
      `/ws%2f${rest}`, `/ws%00${rest}`, `/ws%20${rest}`, `\\ws${rest}`, `http://localhost/ws${rest}`, `HTTP://localhost/ws${rest}`, `http://evil.example/ws${rest}`, `//evil.example/ws${rest}`, `ws${rest}`
    ]
    for (const path of spellings('').flatMap((path) => [path, `${path}#x`])) {
      t.ok([400, 401, 404].includes((await exchange(t, host.address, handshake({ path }))).status), `an upgrade of ${path} without a token`)
      t.ok([101, 400, 401, 404].includes((await exchange(t, host.address, handshake({ path, lines: [user] }))).status), `an upgrade of ${path} with one`)
    }
    const rests = ['/stats/', '//stats', '/%73tats', '/STATS', '/online/../stats', '/./stats', '/stats?x', '/stats#x', '/stats;x', '/stats%3fx', '/rooms/', '/users/ada/']
    const guarded = [...spellings('/stats'), ...rests.map((rest) => `/ws${rest}`)]
    for (const path of guarded) {
      for (const caller of [[], [user]]) t.ok([400, 401, 403, 404, 426].includes(await statusOfRequest(t, host, `GET ${path}`, caller)), path)
    }
    for (const line of ['HEAD /ws/stats', 'OPTIONS /ws/stats', 'get /ws/stats', 'GET  /ws/stats', 'GET\t/ws/stats']) t.ok([400, 401, 404].includes(await statusOfRequest(t, host, line, [])), line)
    t.equal(await statusOfRequest(t, host, 'GET /ws/stats', [admin]), 200)
    await bystander.check(t)
  })
}

function statusOf ({ rest }: HttpPeer): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(rest)?.[1])
}

/** Sends a request that wants no upgrade; 400 where the connection ended without a word. */
async function statusOfRequest (t: Test, { address }: Embedded, line: string, headers: readonly string[]): Promise<number> {
  const peer = await connectHttp(t, address)
  peer.write([`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'))
  await peer.closed
  return statusOf(peer)
}
