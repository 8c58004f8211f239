import type { Test } from 'tap'
import type { IngestSource, Verdict } from '../../src/ingest/ingest-source.ts'
import { until } from '../helper.ts'
import { Collector, type Judge } from '../ingest/collector.ts'

/** A message of another system. */
export interface PublishedEvent {
  readonly subject: string
  readonly body: string
  readonly id?: string
}

/** Another system and the nodes that read it; `ride.>` is what they are told to read. */
export interface IngestBench {
  /** A node's source, not started; what it hands over without a verdict comes again after `againAfterMs`. Stopped with the test. */
  open (): IngestSource
  /** Resolves when the system has them all, in this order. */
  publish (...events: readonly PublishedEvent[]): Promise<void>
  /** True when all that was published has a final verdict. */
  isSettled (): Promise<boolean>
  /** Ends the system, and starts it with what it had. */
  kill (): Promise<void>
  restart (): Promise<void>
  readonly againAfterMs: number
  readonly maxPending: number
}

/** Starts a system of its own for a test. */
export type BuildBench = (t: Test) => Promise<IngestBench>

const RETRY: Verdict = { kind: 'retry', afterMs: 0 }
const DONE: Verdict = { kind: 'done' }

/** Starts a node and waits until it is handed events. */
async function nodeOn (bench: IngestBench, judge?: Judge): Promise<{ source: IngestSource, collector: Collector }> {
  const [source, collector] = [bench.open(), new Collector(judge)]
  source.start(collector.handle)
  await until(() => source.status().consuming)
  return { source, collector }
}

function numbered (count: number, from = 0): PublishedEvent[] {
  return Array.from({ length: count }, (_, index) => ({ subject: 'ride.pickup', body: `${from + index}` }))
}

function bodies (count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`)
}

/** A judge that waits until the test is over. */
const never: Judge = () => new Promise<Verdict>(() => {})

/** What every source of events must do, whatever system they come from. */
export function ingestContract (t: Test, build: BuildBench): void {
  t.test('events come in their order, each with subject, body and a place of its own', async (t) => {
    const bench = await build(t)
    const { source, collector } = await nodeOn(bench)
    await bench.publish(...numbered(50), { subject: 'ride.x.y', body: '{"ж":"😀"}' })
    await until(() => collector.events.length >= 51)
    t.same(collector.bodies, [...bodies(50), '{"ж":"😀"}'])
    t.match(collector.events[0], { subject: 'ride.pickup', attempt: 1 })
    t.match(collector.events[50], { subject: 'ride.x.y', attempt: 1 })
    t.equal(new Set(collector.events.map(({ position }) => position)).size, 51)
    t.same(source.status(), { consuming: true })
    await until(() => bench.isSettled())
    t.equal(collector.events.length, 51)
  })

  t.test('the id is that of the publisher, or one of its own; the same when the event comes again', async (t) => {
    const bench = await build(t)
    const { collector } = await nodeOn(bench, ({ attempt }) => attempt === 1 ? RETRY : DONE)
    const ids = ['short', 'x'.repeat(64), 'x'.repeat(65), `${'x'.repeat(300)}y`]
    await bench.publish(...ids.map((id) => ({ subject: 'ride.a', body: id, id })), ...numbered(2))
    await until(() => bench.isSettled())
    const firsts = collector.events.filter(({ attempt }) => attempt === 1)
    t.same(firsts.slice(0, 2).map(({ id }) => id), ids.slice(0, 2))
    t.equal(new Set(firsts.map(({ id }) => id)).size, 6)
    t.ok(firsts.every(({ id }) => id.length > 0 && id.length <= 64))
    for (const { id, position } of firsts) t.equal(collector.events.filter((event) => event.id === id && event.position === position).length, 2)
  })

  t.test('what is to be retried comes again, not before its time, and is counted', async (t) => {
    const bench = await build(t)
    const times: number[] = []
    const { collector } = await nodeOn(bench, ({ attempt }) => {
      times.push(performance.now())
      return attempt < 3 ? { kind: 'retry', afterMs: 200 } : DONE
    })
    await bench.publish(...numbered(1))
    await until(() => bench.isSettled())
    t.same(collector.events.map(({ attempt }) => attempt), [1, 2, 3])
    const [first = 0, second = 0, third = 0] = times
    // The server's clock counts, which may be a little ahead.
    t.ok(second - first > 150 && third - second > 150, `${times.join()} ms`)
  })

  t.test('an event that is retried does not hold up the others', async (t) => {
    const bench = await build(t)
    const { collector } = await nodeOn(bench, ({ attempt, subject }) => subject === 'ride.bad' && attempt === 1 ? { kind: 'retry', afterMs: 500 } : DONE)
    await bench.publish({ subject: 'ride.bad', body: 'bad' }, ...numbered(5))
    await until(() => bench.isSettled())
    t.same(collector.bodies, ['bad', ...bodies(5), 'bad'])
  })

  t.test('a dead letter does not come again, on no node', async (t) => {
    const bench = await build(t)
    const { source, collector } = await nodeOn(bench, ({ subject }) => subject === 'ride.bad' ? { kind: 'dead', reason: 'a test' } : DONE)
    await bench.publish({ subject: 'ride.bad', body: 'bad' }, ...numbered(1))
    await until(() => bench.isSettled())
    await source.stop()
    const other = await nodeOn(bench)
    await bench.publish(...numbered(1, 1))
    await until(() => other.collector.events.length > 0)
    t.same([...collector.bodies, ...other.collector.bodies], ['bad', '0', '1'])
  })

  t.test('a verdict may take longer than the system waits for one: it is told that the event is in hands', async (t) => {
    const bench = await build(t)
    const verdicts: Array<(verdict: Verdict) => void> = []
    const slow = await nodeOn(bench, () => new Promise((resolve) => { verdicts.push(resolve) }))
    await bench.publish(...numbered(1))
    await until(() => verdicts.length > 0)
    const other = await nodeOn(bench, () => DONE)
    const begun = performance.now()
    await until(() => performance.now() - begun > 2.5 * bench.againAfterMs)
    t.equal(other.collector.events.length, 0)
    for (const resolve of verdicts) resolve(DONE)
    await until(() => bench.isSettled())
    t.equal(slow.collector.events.length + other.collector.events.length, 1)
  })

  t.test('nodes share the events: each comes to one of them', async (t) => {
    const bench = await build(t)
    const slowly: Judge = () => new Promise((resolve) => { setTimeout(resolve, 5, DONE) })
    const nodes = [await nodeOn(bench, slowly), await nodeOn(bench, slowly)]
    await bench.publish(...numbered(100))
    await until(() => bench.isSettled())
    const all = nodes.flatMap(({ collector }) => collector.bodies)
    t.same(all.map(Number).sort((a, b) => a - b), bodies(100).map(Number))
    t.ok(nodes.every(({ collector }) => collector.events.length > 0))
  })

  t.test('what a node took and gave no verdict on comes to another', async (t) => {
    const bench = await build(t)
    const gone = await nodeOn(bench, never)
    await bench.publish(...numbered(3))
    await until(() => gone.collector.events.length === 3)
    await gone.source.stop()
    t.equal(gone.source.status().consuming, false)
    const { collector } = await nodeOn(bench)
    await until(() => bench.isSettled())
    t.same(collector.bodies.sort(), bodies(3))
    t.ok(collector.events.every(({ attempt }) => attempt > 1))
  })

  t.test('what came while nobody read comes later, never more at once than agreed', async (t) => {
    const bench = await build(t)
    const first = await nodeOn(bench)
    await bench.publish(...numbered(1))
    await until(() => bench.isSettled())
    await first.source.stop()
    const count = 4 * bench.maxPending
    await bench.publish(...numbered(count))
    const slowly: Judge = () => new Promise((resolve) => { setTimeout(resolve, 10, DONE) })
    const { collector } = await nodeOn(bench, slowly)
    await until(() => bench.isSettled())
    t.same(collector.bodies, bodies(count))
    t.ok(collector.mostOpen <= bench.maxPending, `${collector.mostOpen} at once`)
  })

  t.test('the system may be away, at the start and at the end', async (t) => {
    const bench = await build(t)
    await bench.kill()
    const [source, collector] = [bench.open(), new Collector()]
    source.start(collector.handle)
    await until(() => source.status().problem !== undefined && source.status().problem !== 'not connected yet')
    t.equal(source.status().consuming, false)
    await bench.restart()
    await until(() => source.status().consuming)
    await bench.publish(...numbered(1))
    await until(() => collector.events.length === 1)
    await bench.kill()
    await until(() => !source.status().consuming)
    await source.stop()
    await source.stop()
  })

  t.test('it goes on after the system has ended at once, without loss', async (t) => {
    const bench = await build(t)
    const { source, collector } = await nodeOn(bench)
    await bench.publish(...numbered(20))
    await until(() => collector.events.length > 0)
    await bench.restart()
    await until(() => source.status().consuming)
    await bench.publish(...numbered(20, 20))
    await until(() => bench.isSettled())
    t.same([...new Set(collector.bodies)].sort((a, b) => Number(a) - Number(b)), bodies(40))
  })

  t.test('after a stop, or stopped before its start, it hands over nothing', async (t) => {
    const bench = await build(t)
    const { source, collector } = await nodeOn(bench)
    await source.stop()
    const unused = bench.open()
    await unused.stop()
    unused.start(collector.handle)
    await bench.publish(...numbered(1))
    const { collector: other } = await nodeOn(bench)
    await until(() => bench.isSettled())
    t.equal(collector.events.length, 0)
    t.equal(other.events.length, 1)
  })
}
