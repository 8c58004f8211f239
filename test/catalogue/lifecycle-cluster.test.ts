import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { getJson, memberOf, SECRET, until, type Teardown } from '../helper.ts'
import { spawnCli, startCli, type StartedCli } from '../support/cli-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { monotonicMs } from '../../src/clock.ts'

const env = { JWT_SECRET: SECRET, WS_HANDSHAKE_RATE: '0', WS_MESSAGE_RATE: '0' }
const PUBLISHERS = 4
const PUBLISH_EVERY_MS = 2

async function startNode (t: Teardown, { url }: RedisServer, more: Record<string, string> = {}): Promise<StartedCli> {
  const node = await startCli(t, { ...env, REDIS_URL: url, ...more })
  await until(async () => (await getJson(node, '/health/ready')).status === 200)
  return node
}

/** Says one thing after another without waiting, until the connection ends; the ids by what became of them. */
class Chatter {
  readonly said: string[] = []
  readonly #client: TestClient
  readonly #timer: NodeJS.Timeout

  constructor (client: TestClient, room: string) {
    this.#client = client
    this.#timer = setInterval(() => { this.#say(room) }, PUBLISH_EVERY_MS)
  }

  /** Resolves when the connection has ended; the answers by id. */
  async ended (): Promise<Map<string, ReceivedFrame>> {
    await this.#client.closed
    clearInterval(this.#timer)
    return new Map(this.#client.inbox.filter(({ type }) => type === 'ack' || type === 'error').map((frame) => [frame.id ?? '', frame]))
  }

  #say (room: string): void {
    const { socket } = this.#client
    if (socket.readyState !== socket.OPEN) return
    const id = randomUUID()
    this.said.push(id)
    this.#client.send({ type: 'publish', room, id, payload: id })
  }
}

t.test('f4: of what is published while a node is told to end, each is acked and delivered, or refused, or was never taken', async (t) => {
  const redis = await startRedis(t)
  const [leaving, staying] = await Promise.all([startNode(t, redis), startNode(t, redis)])
  const witness = await memberOf(t, staying, 'witness', 'hall')
  const clients = await Promise.all(Array.from({ length: PUBLISHERS }, (_, index) => memberOf(t, leaving, `p${index}`, 'hall')))
  const chatters = clients.map((client) => new Chatter(client, 'hall'))
  await until(() => witness.inbox.filter(({ type }) => type === 'message').length > 200)
  leaving.service.kill('SIGTERM')
  const answers = new Map((await Promise.all(chatters.map((chatter) => chatter.ended()))).flatMap((map) => [...map]))
  t.same(await leaving.service.ended, { code: 0, signal: null })
  // Behind all that came before: nodes see one stream of the room.
  await (await memberOf(t, staying, 'last', 'hall')).request({ type: 'publish', room: 'hall', payload: 'last' })
  await until(() => witness.inbox.some(({ payload }) => String(payload) === 'last'))
  const heard = witness.inbox.filter(({ type }) => type === 'message').map(({ id }) => id ?? '')
  const said = chatters.flatMap((chatter) => chatter.said)
  const delivered = new Set(heard)
  const outcomeOf = (id: string): string => `${answers.get(id)?.type ?? 'unanswered'}, ${delivered.has(id) ? 'delivered' : 'not delivered'}`
  const outcomes = new Map<string, number>()
  for (const id of said) outcomes.set(outcomeOf(id), (outcomes.get(outcomeOf(id)) ?? 0) + 1)
  t.comment(JSON.stringify(Object.fromEntries(outcomes)))
  t.ok((outcomes.get('ack, delivered') ?? 0) > 200)
  for (const outcome of ['ack, not delivered', 'unanswered, delivered']) t.equal(outcomes.get(outcome), undefined, outcome)
  t.equal(heard.filter((id) => id !== '').length, [...delivered].filter((id) => id !== '').length, 'nothing twice')
})

t.test('f6: a node takes what another release says as far as it knows it, and says what that one knows', async (t) => {
  const redis = await startRedis(t)
  const node = await startNode(t, redis, { WS_HISTORY_RULES: 'room:live:*=0', LOG_LEVEL: 'warn' })
  const ada = await memberOf(t, node, 'ada', 'live:1')
  const channel = 'hub:{0}:c:room:live:1'
  const head = JSON.stringify({ type: 'message', room: 'live:1', timestamp: '2026-01-01T00:00:00.000Z', laterField: { a: 1 } })
  const frames = {
    'a later version': `2m0\n{}\n${head}\n"not for this release"`,
    'a kind that is not known': '1z whatever',
    'nothing at all': '',
    'with routing and fields of a later release': `1m0\n{"z":{"new":1},"y":[1]}\n${head}\n"from a later release"`
  }
  for (const frame of Object.values(frames)) await redis.command('PUBLISH', channel, frame)
  t.equal((await ada.next('message')).payload, 'from a later release')
  await node.service.seen(/"msg":"invalid relay message skipped; further ones are only counted"/)
  const bob = await memberOf(t, node, 'bob', 'live:1')
  t.equal((await bob.request({ type: 'publish', room: 'live:1', id: 'b', payload: [1] })).type, 'ack')
  t.match(await ada.next('message'), { payload: [1], sender: { id: 'bob' } })
})

/** A Redis that reads its data back in until it is told to hurry. */
async function startLoading (t: Teardown): Promise<{ redis: RedisServer, loaded: Promise<void> }> {
  const redis = await startRedis(t)
  await redis.command('EVAL', "for i = 1, 2000 do redis.call('SET', 'key' .. i, i) end", '0')
  await redis.command('SAVE')
  await redis.kill()
  const loaded = redis.restart({ args: ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024'] })
  await until(async () => await redis.command('GET', 'key1').then(() => false, (error: Error) => error.message.startsWith('LOADING')))
  return { redis, loaded }
}

t.test('f3, f10: a start while Redis reads its data back in waits for it, and ends when it is told to', async (t) => {
  const { redis, loaded } = await startLoading(t)
  const [patient, doomed] = await Promise.all([startCli(t, { ...env, REDIS_URL: redis.url }), spawnCli(t, ['start'], { ...env, REDIS_URL: redis.url })])
  const start = monotonicMs()
  doomed.kill('SIGTERM')
  t.same(await doomed.ended, { code: 0, signal: null })
  t.ok(monotonicMs() - start < 10_000)
  t.match(await getJson(patient, '/health/ready'), { status: 503, body: { status: 'unhealthy' } })
  t.equal((await getJson(patient, '/health/live')).status, 200)
  await redis.command('CONFIG', 'SET', 'key-load-delay', '0')
  await loaded
  await until(async () => (await getJson(patient, '/health/ready')).status === 200)
  t.ok(await memberOf(t, patient, 'ada', 'hall'))
})
