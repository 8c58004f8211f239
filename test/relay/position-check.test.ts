import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { Continuity } from '../../src/relay/continuity.ts'
import { PositionCheck } from '../../src/relay/position-check.ts'
import type { Gap } from '../../src/relay/relay-message.ts'
import { until, type Teardown } from '../helper.ts'
import { FakeStreamSource } from '../support/fake-stream-source.ts'
import { recordLogs } from '../support/log-recorder.ts'

/** A step every 5 ms. */
const INTERVAL_MS = 40

interface CheckOptions {
  readonly topics?: readonly string[]
  readonly intervalMs?: number
  readonly positionTtlMs?: number
}

/** A node on some topics, whose places are checked. */
function check (t: Teardown, { topics = ['room:a'], intervalMs = INTERVAL_MS, positionTtlMs = 600_000 }: CheckOptions = {}) {
  const source = new FakeStreamSource()
  const delivered: number[] = []
  const gaps: Gap[] = []
  const { logger } = recordLogs()
  const continuity = new Continuity({
    source,
    deliver: ({ positions: [position] }) => delivered.push(position?.seq ?? 0),
    onGap: (gap) => gaps.push(gap),
    logger,
    retryMs: 5,
    patienceMs: 5,
    limitMs: 5_000
  })
  const positions = new PositionCheck({ continuity, source, intervalMs, positionTtlMs, logger })
  t.teardown(() => {
    positions.close()
    continuity.close()
  })
  for (const topic of topics) {
    continuity.begin(topic)
    continuity.stand(topic, source.position(topic))
  }
  const send = (topic = 'room:a'): void => continuity.accept(source.publish(topic), () => {})
  /** Waits until so many steps have been taken from now on. */
  const steps = async (count: number): Promise<void> => {
    const before = source.calls.length
    await until(() => source.calls.length >= before + count)
  }
  return { source, continuity, positions, delivered, gaps, send, steps }
}

function reads ({ calls }: FakeStreamSource): string[] {
  return calls.filter((call) => call.startsWith('read'))
}

t.test('a message that was lost without a trace is fetched', async (t) => {
  const { source, delivered, gaps, send } = check(t)
  send()
  source.publish('room:a')
  await until(() => delivered.length === 2)
  t.same([delivered, gaps], [[1, 2], []])
})

t.test('a message that is on its way when the store is asked is waited for until the next step', async (t) => {
  const { source, continuity, delivered, steps } = check(t, { intervalMs: 20 * INTERVAL_MS })
  const message = source.publish('room:a')
  source.pause = 'answers'
  await until(() => source.pausedCount === 1)
  source.resume()
  await endOfTurn()
  continuity.accept(message, () => {})
  await steps(2)
  t.same([delivered, reads(source)], [[1], []])
})

t.test('where nothing is missing, nothing is read', async (t) => {
  const { source, send, steps } = check(t)
  for (let count = 0; count < 3; count += 1) {
    send()
    await steps(3)
  }
  t.same(reads(source), [])
})

t.test('a numbering that began anew is noticed', async (t) => {
  const { source, gaps, send } = check(t)
  send()
  source.lose('room:a')
  await until(() => gaps.length > 0)
  t.same(gaps, [{ topic: 'room:a', from_seq: 0, to_seq: 0, epoch: 'e2' }])
})

t.test('numbers that went back are noticed', async (t) => {
  const { source, gaps, send } = check(t)
  for (let count = 0; count < 5; count += 1) send()
  source.goBack('room:a', 2)
  await until(() => gaps.length > 0)
  t.same(gaps, [{ topic: 'room:a', from_seq: 0, to_seq: 3, epoch: 'e2' }])
  t.ok(source.calls.includes('renew room:a 5'))
})

t.test('a topic that is held and that nobody restores is looked after', async (t) => {
  const { source, continuity, delivered, gaps, send } = check(t)
  send()
  continuity.interrupted(['room:a'])
  source.publish('room:a')
  await until(() => delivered.length === 2)
  await until(() => continuity.streams.get('room:a')?.isHeld === false)
  t.same([delivered, gaps], [[1, 2], []])
})

t.test('a topic whose place is not known is left alone', async (t) => {
  const { source, continuity, delivered, steps } = check(t)
  continuity.begin('room:b')
  source.publish('room:b')
  await steps(20)
  t.equal(continuity.streams.get('room:b')?.epoch, undefined)
  t.same([delivered, reads(source)], [[], []])
})

t.test('every topic is looked at in a round, an eighth of them in each step', async (t) => {
  const topics = Array.from({ length: 100 }, (_, index) => `room:${index}`)
  const { source, delivered, steps } = check(t, { topics })
  for (const topic of topics) source.publish(topic)
  await until(() => delivered.length === topics.length)
  await steps(9)
  t.same(new Set(source.calls.filter((call) => call.startsWith('check'))), new Set(['check 13', 'check 9']))
})

t.test('a store that does not answer is asked by one step at a time, one that fails is asked again', async (t) => {
  const { source, delivered, send } = check(t)
  source.pause = 'answers'
  await until(() => source.pausedCount === 1)
  const endMs = performance.now() + INTERVAL_MS
  await until(() => performance.now() > endMs)
  t.equal(source.pausedCount, 1)
  source.failures = 3
  source.resume()
  send()
  source.publish('room:a')
  await until(() => delivered.length === 2)
  t.ok(source.failures <= 0)
})

t.test('positions are kept for longer in one round of several, often enough', async (t) => {
  const { source } = check(t, { positionTtlMs: 800 })
  const times: number[] = []
  const ask = source.check.bind(source)
  source.check = async (topics, keepsLonger) => {
    if (keepsLonger) times.push(performance.now())
    return await ask(topics, keepsLonger)
  }
  await until(() => times.length === 2)
  const [first = 0, second = 0] = times
  t.ok(second - first > 190)
  t.ok(source.calls.length > 10)
})

t.test('a check that is closed asks nobody any more, and repairs nothing when its last answer comes', async (t) => {
  const { source, continuity, positions } = check(t)
  source.pause = 'answers'
  await until(() => source.pausedCount === 1)
  source.lose('room:a')
  positions.close()
  continuity.close()
  source.resume()
  const { length } = source.calls
  const endMs = performance.now() + 2 * INTERVAL_MS
  await until(() => performance.now() > endMs)
  t.equal(source.calls.length, length)
})
