import t from 'tap'
import { startHub } from '../../bench/hub-process.ts'
import type { HubSpec } from '../../bench/hubs.ts'
import { readUsage } from '../../bench/load/load.ts'
import { startRedis } from '../../bench/redis-process.ts'

/** Listens, and answers with what it was told of a Redis; with one, only once that answers. */
const NODE = `
  const { createServer } = require('node:http')
  const { connect } = require('node:net')
  const { REDIS_URL = '' } = process.env
  const server = createServer((_request, response) => response.end(REDIS_URL))
  const listen = () => server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port))
  if (REDIS_URL === '') listen()
  else connect(new URL(REDIS_URL).port, '127.0.0.1').on('data', (data) => { if (String(data) === '+PONG\\r\\n') listen() }).write('PING\\r\\n')
`

t.test('a hub of one node is one process, without a Redis', async (t) => {
  const hub = await startHub(specOf(NODE, 1))
  t.teardown(() => hub.stop())
  t.strictSame([hub.pids.length, hub.urls.length], [1, 1])
  t.strictSame(await askAll(hub.urls), [''])
})

t.test('a hub of two nodes has a Redis between them, whose use counts', async (t) => {
  const hub = await startHub(specOf(NODE, 2))
  t.teardown(() => hub.stop())
  t.strictSame([new Set(hub.pids).size, new Set(hub.urls).size], [3, 2])
  const [first = '', second] = await askAll(hub.urls)
  t.match(first, /^redis:\/\/127\.0\.0\.1:\d+$/)
  t.equal(second, first)
})

t.test('nothing of a hub is left when it was stopped', async (t) => {
  const hub = await startHub(specOf(NODE, 2))
  t.ok(hub.pids.every(isThere))
  await hub.stop()
  t.notOk(hub.pids.some(isThere))
})

t.test('a hub that ends at once is reported with what it wrote', async (t) => {
  await t.rejects(startHub(specOf('console.error("no such setting"); process.exit(1)', 2)), /ws does not start: no such setting/)
})

t.test('a Redis can be stopped twice', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  t.match(redis.url, /^redis:\/\/127\.0\.0\.1:\d+$/)
  t.ok(isThere(redis.pid))
  await redis.stop()
  t.notOk(isThere(redis.pid))
})

function specOf (script: string, nodes: number): HubSpec {
  return { name: 'ws', args: ['-e', script], env: {}, wire: 'hub', nodes }
}

async function askAll (urls: readonly string[]): Promise<string[]> {
  return await Promise.all(urls.map(async (url) => await (await fetch(url.replace('ws', 'http'))).text()))
}

function isThere (pid: number): boolean {
  return readUsage(pid) !== undefined
}
