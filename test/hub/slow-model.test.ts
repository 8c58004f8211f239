import assert from 'node:assert/strict'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Connection } from '../../src/hub/connection.ts'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { until } from '../helper.ts'
import { enter, startHub, type TestHub } from '../support/test-hub.ts'

const ROOMS = ['hall', 'cellar']
const READERS = 2
/** A few dozen of these fill the buffers of kernel and peer. */
const LARGE = 'x'.repeat(200_000)

/** A client that may stop reading, and what it is to get next in each room. */
interface Reader {
  readonly client: TestClient
  readonly connection: Connection
  readonly next: Map<string, number>
}

type Publish = { readonly act: 'publish', readonly room: string, readonly count: number, readonly isLarge: boolean, readonly isBurst: boolean }
type Act =
  | Publish
  | { readonly act: 'pause' | 'resume' | 'cut', readonly index: number }

const index = fc.nat({ max: READERS - 1 })
const publish = fc.record({ act: fc.constant('publish' as const), room: fc.constantFrom(...ROOMS), count: fc.integer({ min: 1, max: 30 }), isLarge: fc.boolean(), isBurst: fc.boolean() })
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: publish },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('pause' as const, 'resume' as const), index }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('cut' as const), index }) }
)

/** A hub and readers of all its rooms. */
class World {
  readonly #t: Test
  readonly #service: TestHub
  readonly #readers: Reader[] = []

  constructor (t: Test, service: TestHub) {
    this.#t = t
    this.#service = service
  }

  async begin (): Promise<void> {
    for (let index = 0; index < READERS; index += 1) await this.#enter(index)
  }

  async perform (step: Act): Promise<void> {
    if (step.act === 'publish') return await this.#publish(step)
    const reader = this.#readers[step.index]
    assert.ok(reader)
    if (step.act === 'pause') reader.client.socket.pause()
    if (step.act === 'resume') reader.client.socket.resume()
    if (step.act !== 'cut') return
    reader.client.socket.terminate()
    await until(() => reader.connection.hasEnded)
    check(reader, reader.client.inbox)
    await this.#enter(step.index)
  }

  /** Returns how many readers had been closed as too slow; the others must have everything by now, or have been told what not. */
  async end (): Promise<number> {
    const ends = await Promise.all(this.#readers.map(async ({ client, connection }) => {
      client.socket.resume()
      await until(() => connection.hasEnded || connection.stalledSince === 0)
      return connection.hasEnded ? (await client.closed).code : 0
    }))
    for (const [index, reader] of this.#readers.entries()) {
      check(reader, ends[index] === 0 ? await reader.client.drain() : reader.client.inbox)
      if (ends[index] === 0) assert.deepEqual(Object.fromEntries(reader.next), Object.fromEntries(await this.#positions(1)))
      else assert.equal(ends[index], 1013)
      reader.client.socket.terminate()
    }
    await this.#service.sessions.whenEmpty()
    return ends.filter((code) => code === 1013).length
  }

  async #enter (index: number): Promise<void> {
    const client = await enter(this.#t, this.#service, `reader-${index}`)
    for (const room of ROOMS) await client.request({ type: 'subscribe', room })
    const connection = this.#service.opened.at(-1)
    assert.ok(connection)
    this.#readers[index] = { client, connection, next: await this.#positions(1) }
  }

  async #positions (ahead: number): Promise<Map<string, number>> {
    return new Map(await Promise.all(ROOMS.map(async (room): Promise<[string, number]> => [room, (await this.#service.relay.position(`room:${room}`)).seq + ahead])))
  }

  /** A burst comes in one turn, else each message has a turn, and so a write, of its own. */
  async #publish ({ room, count, isLarge, isBurst }: Publish): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      await this.#service.hub.toRoom(room, { type: 'news', payload: isLarge ? LARGE : 'x' })
      if (!isBurst) await endOfTurn()
    }
    await endOfTurn()
  }
}

/** Messages must come in order without a hole, but for those that a `gap` in their very place tells of. */
function check ({ next }: Reader, frames: readonly ReceivedFrame[]): void {
  for (const { type, room = '', seq, payload } of frames) {
    if (type === 'news') {
      assert.equal(seq, next.get(room))
      next.set(room, Number(seq) + 1)
    } else if (type === 'gap') {
      const gapRoom = String(payload['topic']).replace('room:', '')
      assert.equal(payload['from_seq'], next.get(gapRoom))
      next.set(gapRoom, Number(payload['to_seq']) + 1)
    }
  }
}

for (const slowClient of ['drop', 'close'] as const) {
  t.test(`whoever stops reading, goes on or is cut off: nothing is out of order, doubled or missing untold (${slowClient})`, async (t) => {
    const service = await startHub(t, { slowClient, outbox: { messages: 8, bytes: 1_000_000 }, closeTimeoutMs: 10_000 })
    await fc.assert(fc.asyncProperty(fc.array(anyAct, { maxLength: 30 }), async (acts) => {
      const world = new World(t, service)
      await world.begin()
      for (const step of acts) await world.perform(step)
      const closed = await world.end()
      assert.ok(slowClient === 'close' || closed === 0)
    }), { numRuns: 40, interruptAfterTimeLimit: 6_000, markInterruptAsFailure: false })
    const slow = service.lines.filter(({ text }) => text === 'dropping message for slow client')
    t.ok(slow.length > 0, 'some were too slow')
  })
}
