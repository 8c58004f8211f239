import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { monotonicMs } from '../../src/clock.ts'
import { until, type Teardown } from '../helper.ts'
import type { TestClient } from '../client.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { enter, member, startHub, type TestHub } from '../support/test-hub.ts'

async function enterMany (t: Teardown, service: TestHub, count: number): Promise<TestClient[]> {
  return await Promise.all(Array.from({ length: count }, (_, index) => enter(t, service, `user-${index}`)))
}

t.test('everybody is told to come back, at times that are spread', async (t) => {
  const service = await startHub(t)
  const clients = await enterMany(t, service, 30)
  await service.drain.run()
  const hints = []
  for (const client of clients) hints.push(Number((await client.next('draining')).payload['retry_after_ms']))
  t.ok(hints.every((hint) => Number.isInteger(hint) && hint >= 1 && hint <= 1_000))
  t.ok(new Set(hints).size > 20, 'hardly two at the same time')
})

t.test('everybody is closed with 1012 after the hint, and nothing is left (S2-68)', async (t) => {
  const service = await startHub(t)
  const clients = await enterMany(t, service, 10)
  await service.drain.run()
  for (const client of clients) {
    t.same(await client.closed, { code: 1012, reason: 'service restart' })
    t.same(client.inbox.map(({ type }) => type), ['draining'])
  }
  t.equal(service.hub.size, 0)
})

t.test('many connections are closed in waves', async (t) => {
  const service = await startHub(t, { drainTimeoutMs: 20_000, timings: { drainWaveMs: 40 } })
  await enterMany(t, service, 120)
  const drained = service.drain.run()
  const sizes = new Set<number>()
  while (service.hub.size > 0) {
    sizes.add(service.hub.size)
    await endOfTurn()
  }
  await drained
  t.same([...sizes], [70, 20])
})

t.test('a peer that never answers is cut off at the timeout', async (t) => {
  const service = await startHub(t, { drainTimeoutMs: 60, closeTimeoutMs: 30_000 })
  const peer = await connectRaw(t, service.address)
  const start = monotonicMs()
  await service.drain.run()
  t.ok(monotonicMs() - start >= 59)
  await peer.ended
})

t.test('peers that answer do not wait for the timeout', async (t) => {
  const service = await startHub(t, { drainTimeoutMs: 25_000 })
  await enterMany(t, service, 5)
  const start = monotonicMs()
  await service.drain.run()
  t.ok(monotonicMs() - start < 20_000)
})

t.test('a drain that was begun is the same when it is asked for again', async (t) => {
  const service = await startHub(t)
  const [ada] = await enterMany(t, service, 1)
  const first = service.drain.run()
  t.equal(service.drain.run(), first)
  await first
  t.equal(ada?.inbox.length, 1)
})

t.test('an empty node is drained at once', async (t) => {
  const service = await startHub(t, { drainTimeoutMs: 25_000 })
  await service.drain.run()
  t.equal(service.hub.size, 0)
})

t.test('a drained user counts as present until the time it was asked to come back at', async (t) => {
  const service = await startHub(t, { presenceGraceMs: 0 })
  const ada = await member(t, service, 'ada', 'hall')
  const start = monotonicMs()
  await service.drain.run()
  t.equal((await service.rooms.members('hall')).count, 1)
  const { payload } = await ada.next('draining')
  await until(async () => (await service.rooms.members('hall')).count === 0)
  t.ok(monotonicMs() - start >= Number(payload['retry_after_ms']) - 1)
})
