import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { natsShortfall, nodeShortfall, redisShortfall } from '../../src/version-floors.ts'
import { isRecord } from '../../src/guards.ts'
import { startService, until } from '../helper.ts'
import { startCli } from '../support/cli-process.ts'
import { startNats } from '../support/nats-server.ts'
import { projectRoot } from '../support/project-root.ts'
import { startRedis } from '../support/redis-server.ts'

/** Older versions of these have known holes that concern a hub. */
const FLOORS: Readonly<Record<string, string>> = {
  'fast-jwt': '6.3.4', '@fastify/jwt': '10.2.5', ws: '8.23.0', '@fastify/websocket': '11.3.2', fastify: '5.8.5', ioredis: '6.0.0', '@fastify/redis': '9.0.0'
}

interface Copy {
  readonly name: string
  readonly where: string
  readonly version: string
}

/** All copies of packages that the lock file wants. */
function lockedCopies (): Copy[] {
  const { packages }: { packages: Record<string, { version?: string }> } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'))
  return Object.entries(packages).map(([where, { version = '' }]) => ({ name: where.replace(/^.*node_modules\//, ''), where, version }))
}

/** All copies of the named packages under a folder of modules, at any depth. */
function installedCopies (folder: string): Copy[] {
  return foldersIn(folder).flatMap((entry) => {
    const name = entry.slice(folder.length + 1)
    const nested = installedCopies(join(entry, 'node_modules'))
    return name in FLOORS ? [{ name, where: entry, version: versionIn(entry) }, ...nested] : nested
  })
}

function foldersIn (folder: string): string[] {
  const entries = namesIn(folder).filter((name) => !name.startsWith('.'))
  return entries.flatMap((name) => name.startsWith('@') ? namesIn(join(folder, name)).map((inner) => join(folder, name, inner)) : [join(folder, name)])
}

function namesIn (folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function versionIn (folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return isRecord(manifest) ? String(manifest['version']) : ''
}

/** True for a version at or above another; prereleases count as below. */
function isAtLeast (version: string, floor: string): boolean {
  const [own, other] = [version, floor].map((text) => text.split(/[.-]/).slice(0, 3).map(Number))
  const place = own?.findIndex((number, index) => number !== other?.[index]) ?? -1
  return !version.includes('-') && (place === -1 || Number(own?.[place]) > Number(other?.[place]))
}

for (const [source, copies] of [['the lock file', lockedCopies()], ['what is installed', installedCopies(join(projectRoot, 'node_modules'))]] as const) {
  t.test(`${source} has no copy of a package below its floor`, async (t) => {
    for (const [name, floor] of Object.entries(FLOORS)) {
      const own = copies.filter((copy) => copy.name === name)
      t.ok(own.length > 0, `${name} is there`)
      for (const { where, version } of own) t.ok(isAtLeast(version, floor), `${where}: ${version}, at least ${floor}`)
    }
  })
}

t.test('a start says whether this Node is below its floor, once, and the service runs all the same', async (t) => {
  const { service } = await startCli(t, { NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) })
  service.kill('SIGTERM')
  t.match(await service.ended, { code: 0 })
  const lines = service.stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  const expected = nodeShortfall(process.versions.node)
  t.match(lines.filter(({ product }) => product === 'Node.js'), expected === undefined ? [] : [{ level: 40, ...expected }])
})

t.test('a Redis and a NATS below their floors are warned of, once each; who may not ask is not told and works all the same', async (t) => {
  const [redis, nats] = [await startRedis(t), await startNats(t)]
  const service = await startService(t, { REDIS_URL: redis.url, NATS_URL: nats.url, NATS_SUBJECTS: 'room.* -> rooms from room as room.event' })
  await until(() => service.app.relay.status().ready && service.logs.some(({ msg }) => msg === 'events come from NATS'))
  const expected = [redisShortfall(String(await redis.command('INFO', 'server'))), natsShortfall(await nats.use(async ({ info }) => info?.version ?? ''))].filter((shortfall) => shortfall !== undefined)
  await until(() => service.logs.filter(({ product }) => product !== undefined).length >= expected.length)
  for (const shortfall of expected) {
    const lines = service.logs.filter(({ product }) => product === shortfall.product)
    t.match(lines, [{ level: 40, ...shortfall }])
    t.equal(lines.length, 1)
  }

  await redis.command('ACL', 'SETUSER', 'hub', 'on', '>secret', '~*', '&*', '+@all', '-info')
  const silent = await startService(t, { REDIS_URL: redis.url.replace('redis://', 'redis://hub:secret@') })
  await until(() => silent.app.relay.status().ready)
  t.strictSame(silent.logs.filter(({ product }) => product !== undefined), [])
})
