import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { getJson, SECRET, until, type Teardown } from '../helper.ts'
import { startCli } from '../support/cli-process.ts'
import { freePort } from '../support/free-port.ts'
import type { RedisRelay } from '../../src/relay/redis/redis-relay.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { openTestRelay } from '../support/redis-relays.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { readPage } from '../tools/docs/pages.ts'

const page = readPage('SECURITY.md').text
/** What a user of Redis must be allowed for the relay, to the letter of the page that operators copy it from, and more for one of a cluster. */
const COMMANDS = wordsOf(/^ACL SETUSER wshub on >PASSWORD ~hub:\* &hub:\* (-@all .*)$/m)
const CLUSTER_COMMANDS = [...COMMANDS, ...wordsOf(/^ *In a cluster `([^`]+)` as well/m)]
const LOGIN = 'hub-user:right-password@'

const event = { type: 'news', id: 'i', payload: 'x', timestamp: '2026-01-01T00:00:00.000Z' }

function wordsOf (pattern: RegExp): string[] {
  return pattern.exec(page)?.[1]?.split(' ') ?? []
}

/** Runs openssl. */
function openssl (...args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args)
  if (status !== 0) throw new Error(String(stderr))
}

/** A Redis that speaks TLS only, with a certificate for 127.0.0.1 by an authority that nobody knows yet. */
async function startTlsRedis (t: Teardown): Promise<{ port: number, authority: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'wshub-tls-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const file = (name: string) => join(dir, name)
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  openssl('req', '-x509', ...newKey, '-subj', '/CN=Authority of a test', '-keyout', file('ca.key'), '-out', file('ca.crt'))
  openssl('req', '-x509', ...newKey, '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-subj', '/CN=redis',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', file('redis.key'), '-out', file('redis.crt'))
  const port = await freePort()
  await startRedis(t, {
    args: [
      '--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no',
      '--tls-cert-file', file('redis.crt'), '--tls-key-file', file('redis.key'), '--tls-ca-cert-file', file('ca.crt')
    ]
  })
  return { port, authority: file('ca.crt') }
}

/** A service as a process of its own: Node reads what it trusts at its start. */
async function startService (t: Teardown, redisUrl: string, env: Record<string, string> = {}) {
  const { address } = await startCli(t, { JWT_SECRET: SECRET, LOG_LEVEL: 'warn', REDIS_URL: redisUrl, ...env })
  return async () => await getJson({ address }, '/health/ready')
}

/** Makes a user who may do only what the relay needs, with names that begin with `hub:`. */
async function addUser (redis: RedisServer, commands: readonly string[]): Promise<void> {
  await redis.command('ACL', 'SETUSER', 'hub-user', 'reset', 'on', '>right-password', '~hub:*', '&hub:*', ...commands)
}

t.test('TLS: ready with the authority that signed the server, not ready without it, or by another name, or without TLS', async (t) => {
  const { port, authority } = await startTlsRedis(t)
  const trusting = await startService(t, `rediss://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: authority })
  await until(async () => (await trusting()).status === 200, 50)
  const trustless = await startService(t, `rediss://127.0.0.1:${port}`)
  await until(async () => /certificate/.test(String((await trustless()).body['reason'])), 50)
  t.equal((await trustless()).status, 503)
  const misnamed = await startService(t, `rediss://localhost:${port}`, { NODE_EXTRA_CA_CERTS: authority })
  await until(async () => /altnames/.test(String((await misnamed()).body['reason'])), 50)
  t.equal((await misnamed()).status, 503)
  const plain = await startService(t, `redis://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: authority })
  await until(async () => /not connected/.test(String((await plain()).body['reason'])), 50)
  t.equal((await plain()).status, 503)
  t.equal((await trusting()).status, 200)
})

/** Uses everything of a relay once. */
async function useAll (t: Teardown, url: string): Promise<unknown> {
  const { relay } = await openTestRelay(t, url, { prefix: 'hub' })
  const received: unknown[] = []
  // Of the message with many topics a cluster hands over several copies.
  relay.onMessage(({ topics, carries = [] }) => received.push(...carries.filter((place) => topics[place] === 'room:a')))
  const topics = Array.from({ length: 20 }, (_, index) => `user:${index}`)
  relay.subscribe('room:a')
  await relay.subscribed(['room:a'])
  await relay.publish({ topics: ['room:a'], event, publisher: 'ada', counted: true })
  await relay.publish({ topics: [...topics, 'room:a'], event })
  await until(() => received.length === 2)
  const ada = { connectionId: 'c', user: { id: 'ada', name: 'Ada' }, as: 'member' } as const
  await relay.presence.enter('a', ada, 0)
  await relay.presence.leave('a', ada, 0)
  const ban = { untilMs: Date.now() + 60_000, reason: '' }
  await relay.bans.ban('eve', ban)
  await relay.tokenBans.ban('jti', ban)
  await relay.tickets.put('ticket', { userId: 'ada', name: 'Ada', roles: ['user'] }, 10_000)
  relay.unsubscribe('room:a')
  return {
    seq: (await relay.position('room:a')).seq,
    counted: (await relay.counter.count('ada', 60_000))?.current,
    lifted: [await relay.bans.lift('eve'), await relay.tokenBans.lift('jti')],
    ticket: (await relay.tickets.take('ticket'))?.userId,
    kept: (await relay.read('room:a', { limit: 10 })).messages.length,
    logged: await useLog(relay),
    members: await relay.presence.members('a', 10),
    size: await relay.presence.size('a'),
    rooms: await relay.presence.rooms(),
    asked: (await relay.ask({ kind: 'alive' })).answers.length
  }
}

/** Logs a change of presence, takes it and is done with it; of what kind it was. */
async function useLog ({ presence, changes }: RedisRelay): Promise<readonly boolean[]> {
  const room = { connectionId: 'd', user: { id: 'bob', name: 'Bob' }, as: 'member' } as const
  changes.begin({ maxWaiting: 10, connections: true })
  await presence.enter('b', room, 0)
  await presence.leave('b', room, 0)
  const held: boolean[] = []
  // A cluster has several lists, and the first may have nothing.
  await until(async () => {
    const batch = await changes.take(10, 10_000)
    if (batch === undefined) return false
    held.push(await changes.hold(batch, 10_000))
    await changes.finish(batch)
    return true
  })
  return held
}

const allUsed = { seq: 2, counted: 1, lifted: [true, true], ticket: 'ada', kept: 2, logged: [true], members: { users: [], count: 0 }, size: { connections: 0, users: 0 }, rooms: [], asked: 1 }

t.test('a user of Redis who may do little more than nothing is enough', async (t) => {
  const redis = await startRedis(t)
  await addUser(redis, COMMANDS)
  t.same(await useAll(t, redis.url.replace('redis://', `redis://${LOGIN}`)), allUsed)
  t.same(await redis.command('ACL', 'LOG'), [], 'nothing was even tried in vain')
  for (const command of [['KEYS', '*'], ['CONFIG', 'GET', '*'], ['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['DEBUG', 'SLEEP', '0'], ['RESTORE', 'hub:x', '0', 'x'], ['GET', 'other'], ['PUBLISH', 'other', 'x'], ['EVAL', 'return 1', '1', 'other']]) {
    t.match(await redis.command('ACL', 'DRYRUN', 'hub-user', ...command), /permission|access/, command.join(' '))
  }
})

t.test('in a cluster, too', async (t) => {
  const { servers, url } = await startRedisCluster(t, {})
  for (const server of servers) await addUser(server, CLUSTER_COMMANDS)
  t.same(await useAll(t, url.replaceAll('redis://', `redis://${LOGIN}`)), allUsed)
  for (const server of servers) t.same(await server.command('ACL', 'LOG'), [])
})

t.test('with names that the user may not touch a relay does not become ready, and says why', async (t) => {
  const redis = await startRedis(t)
  await addUser(redis, COMMANDS)
  const { relay, lines } = await openTestRelay(t, redis.url.replace('redis://', `redis://${LOGIN}`), { prefix: 'other', awaitReady: false })
  await until(() => /permission|access/.test(relay.status().reason ?? ''))
  await t.rejects(async () => await relay.publish({ topics: ['room:a'], event }), { code: 'UNAVAILABLE' })
  t.equal(relay.status().ready, false)
  t.notOk(JSON.stringify(lines).includes('right-password'))
  t.same(await redis.command('KEYS', '*'), [])
})

t.test('a user who may not use the channels: not ready, and Redis is not stormed with connections', async (t) => {
  const redis = await startRedis(t)
  await addUser(redis, [...COMMANDS, 'resetchannels'])
  const { relay } = await openTestRelay(t, redis.url.replace('redis://', `redis://${LOGIN}`), { prefix: 'hub', awaitReady: false })
  const connections = async () => Number(/total_connections_received:(\d+)/.exec(String(await redis.command('INFO', 'stats')))?.[1])
  const [before, from] = [await connections(), performance.now()]
  await until(() => performance.now() - from > 1_000)
  t.equal(relay.status().ready, false)
  t.ok(await connections() - before < 50, `${await connections() - before} connections in a second`)
  await addUser(redis, COMMANDS)
  await until(() => relay.status().ready)
})

t.test('relays with different prefixes on one server do not see each other', async (t) => {
  const { url } = await startRedis(t)
  const [hub, chat] = [await openTestRelay(t, url, { prefix: 'hub' }), await openTestRelay(t, url, { prefix: 'hub:chat' })]
  const received: Record<'hub' | 'chat', unknown[]> = { hub: [], chat: [] }
  hub.relay.onMessage(({ event }) => received.hub.push(event.id))
  chat.relay.onMessage(({ event }) => received.chat.push(event.id))
  for (const { relay } of [hub, chat]) {
    relay.subscribe('room:a')
    await relay.subscribed(['room:a'])
  }
  const publish = async ({ relay }: typeof hub, id: string) => await relay.publish({ topics: ['room:a'], event: { ...event, id }, publisher: 'ada' })
  for (const id of ['i1', 'i2', 'i3']) t.match(await publish(hub, id), { seq: Number(id.slice(1)), duplicate: undefined })
  t.match(await publish(chat, 'i1'), { seq: 1, duplicate: undefined }, 'neither numbers nor ids are shared')
  await until(() => received.hub.length === 3 && received.chat.length === 1)
  await hub.relay.presence.enter('a', { connectionId: 'c', user: { id: 'ada', name: 'Ada' }, as: 'member' }, 0)
  t.match(await chat.relay.presence.size('a'), { users: 0 })
  await hub.relay.bans.ban('eve', { untilMs: Date.now() + 60_000, reason: '' })
  await chat.relay.bans.ban('bob', { untilMs: Date.now() + 60_000, reason: '' })
  await until(() => hub.relay.bans.of('eve') !== undefined && chat.relay.bans.of('bob') !== undefined)
  t.equal(chat.relay.bans.of('eve'), undefined)
  t.same((await hub.relay.ask({ kind: 'alive' })).answers.map(({ node }) => node), [hub.relay.nodeId])
  await hub.relay.counter.count('ada', 60_000)
  t.match(await chat.relay.counter.count('ada', 60_000), { current: 1 })
  t.same(received, { hub: ['i1', 'i2', 'i3'], chat: ['i1'] })
})
