import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { HubModel, ModelConnection, type Expected } from '../support/hub-model.ts'
import { enter, startHub, type TestHub } from '../support/test-hub.ts'

/** Two tabs of Ada, one connection each of Bob and Carl. */
const USERS = ['ada', 'ada', 'bob', 'carl']
const ROOMS = ['hall', 'cellar']

interface Pair {
  client: TestClient
  connection: ModelConnection
}

/** A hub and the model of it, driven side by side. */
class World {
  readonly #t: Teardown
  readonly #service: TestHub
  readonly #model: HubModel
  readonly pairs: Pair[] = []

  constructor (t: Teardown, service: TestHub, model: HubModel) {
    this.#t = t
    this.#service = service
    this.#model = model
  }

  async connect (index: number): Promise<void> {
    const user = USERS[index] ?? ''
    const pair = { client: await enter(this.#t, this.#service, user), connection: new ModelConnection(user) }
    this.#model.connections.add(pair.connection)
    this.pairs[index] = pair
  }

  async enterOrLeave ({ client, connection }: Pair, type: string, room: string): Promise<void> {
    const way = type.endsWith('subscribe') ? 'subscriber' : 'member'
    await client.request({ type, room })
    if (type === 'join_room' || type === 'subscribe') this.#model.join(connection, room, way)
    else this.#model.leave(connection, room, way)
  }

  /** Several messages at once: the answers must come in their order. */
  async publish ({ client, connection }: Pair, room: string, count: number): Promise<void> {
    const answers = await Promise.all(Array.from({ length: count }, () => client.request({ type: 'publish', room })))
    const expected = answers.map(() => this.#model.publish(connection, room) ?? 'NOT_IN_ROOM')
    assert.deepEqual(answers.map(({ payload }) => payload['seq'] ?? payload['code']), expected)
  }

  async broadcast ({ client, connection }: Pair): Promise<void> {
    const { payload } = await client.request({ type: 'broadcast' })
    assert.equal(payload['seq'], this.#model.broadcast(connection))
  }

  async notify (user: string, room: string, except: string): Promise<void> {
    const target = { users: [user], rooms: [room] }
    const { recipients } = await this.#service.hub.to(target, { type: 'news' }, { except: { users: [except] } })
    assert.equal(recipients, this.#model.notify(user, room, except))
  }

  /** Everything the client got must be what the model says; then it ends. */
  async end ({ client, connection }: Pair): Promise<void> {
    assert.deepEqual((await client.drain()).map(toExpected), connection.expected)
    const size = this.#service.hub.size
    await client.close(1000)
    await until(() => this.#service.hub.size < size)
    this.#model.end(connection)
  }
}

function toExpected ({ type, sender, room, topic, seq }: ReceivedFrame): Expected {
  return [type, sender?.id ?? '', room ?? topic ?? '', seq]
}

type Ways = 'join_room' | 'leave_room' | 'subscribe' | 'unsubscribe'
/** What happens next; plain data, so that a counterexample can be read. */
type Act =
  | { readonly act: Ways, readonly index: number, readonly room: string }
  | { readonly act: 'publish', readonly index: number, readonly room: string, readonly count: number }
  | { readonly act: 'notify', readonly user: string, readonly room: string, readonly except: string }
  | { readonly act: 'broadcast', readonly index: number }
  | { readonly act: 'reconnect', readonly index: number }

const index = fc.nat({ max: USERS.length - 1 })
const room = fc.constantFrom(...ROOMS)
const user = fc.constantFrom(...USERS)
const ways = fc.constantFrom<Ways>('join_room', 'leave_room', 'subscribe', 'unsubscribe')
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: ways, index, room }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('publish' as const), index, room, count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('notify' as const), user, room, except: user }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('broadcast' as const), index }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reconnect' as const), index }) }
)

async function perform (world: World, step: Act): Promise<void> {
  if (step.act === 'notify') return await world.notify(step.user, step.room, step.except)
  const pair = world.pairs[step.index]
  assert.ok(pair)
  if (step.act === 'broadcast') return await world.broadcast(pair)
  if (step.act === 'publish') return await world.publish(pair, step.room, step.count)
  if (step.act !== 'reconnect') return await world.enterOrLeave(pair, step.act, step.room)
  await world.end(pair)
  await world.connect(step.index)
}

t.test('whatever clients and application do, everybody receives what the rules say, in that order', async (t) => {
  const service = await startHub(t, { presenceGraceMs: 0 })
  const topics = ['all', ...USERS.map((user) => `user:${user}`), ...ROOMS.map((room) => `room:${room}`)]
  await fc.assert(fc.asyncProperty(fc.array(anyAct, { maxLength: 50 }), async (acts) => {
    const seqs = await Promise.all(topics.map(async (topic): Promise<[string, number]> => [topic, (await service.relay.position(topic)).seq]))
    const world = new World(t, service, new HubModel(seqs))
    for (const index of USERS.keys()) await world.connect(index)
    for (const step of acts) await perform(world, step)
    for (const pair of world.pairs) await world.end(pair)
    assert.deepEqual([service.hub.size, service.hub.roomCount, await service.rooms.list()], [0, 0, []])
  }).afterEach(async () => {
    for (const connection of service.opened.splice(0)) connection.terminate('end of the run')
    await service.sessions.whenEmpty()
  }), { numRuns: 150, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false })
})
