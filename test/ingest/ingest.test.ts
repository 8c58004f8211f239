import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { Ingest, type IngestParts } from '../../src/ingest/ingest.ts'
import type { HandleEvent, IncomingEvent, IngestSource, SourceStatus, Verdict } from '../../src/ingest/ingest-source.ts'
import { parseSubjectMap } from '../../src/ingest/subject-map.ts'
import type { RelayMessage } from '../../src/relay/relay-message.ts'
import { recordLogs } from '../support/log-recorder.ts'

/** A source from which a test hands over events itself. */
class ScriptedSource implements IngestSource {
  handle: HandleEvent = async () => { throw new Error('not started') }
  isStopped = false

  start (handle: HandleEvent): void {
    this.handle = handle
  }

  status (): SourceStatus {
    return { consuming: !this.isStopped }
  }

  async stop (): Promise<void> {
    this.isStopped = true
  }
}

function makeIngest (parts: Partial<IngestParts> = {}) {
  const source = new ScriptedSource()
  const { logger, lines } = recordLogs()
  const published: RelayMessage[] = []
  const publish = (message: RelayMessage) => {
    published.push(message)
    return { recipients: 0 }
  }
  const parsed = parseSubjectMap('a.* -> users from id')
  const rules = 'rules' in parsed ? parsed.rules : []
  const ingest = new Ingest({ source, rules, maxBytes: 1_000, publish, isLeaving: () => false, retry: { minMs: 1_000, maxMs: 30_000 }, logger, ...parts })
  ingest.start()
  let count = 0
  const give = async (event: Partial<IncomingEvent> & { json?: unknown } = {}): Promise<Verdict> => {
    count += 1
    const { json = { id: 'ada' }, ...rest } = event
    const body = new TextEncoder().encode(JSON.stringify(json))
    return await source.handle({ subject: 'a.b', id: `id-${count}`, position: `p-${count}`, body, attempt: 1, ...rest })
  }
  return { ingest, source, lines, published, give }
}

const unavailable = () => { throw new HubError('UNAVAILABLE', 'no Redis') }

t.test('an event is done when the relay has it, not before (S1-56)', async (t) => {
  let accept = (): void => {}
  const { give, ingest } = makeIngest({ publish: () => new Promise((resolve) => { accept = () => resolve({ recipients: 0 }) }) })
  let verdict: Verdict | undefined
  const given = give().then((result) => { verdict = result })
  await new Promise(setImmediate)
  t.equal(verdict, undefined)
  accept()
  await given
  t.same(verdict, { kind: 'done' })
  t.match(ingest.counts(), { received: 1, published: 1 })
})

t.test('events are begun in the order in which they come, none waits for the one before', async (t) => {
  const order: unknown[] = []
  const { give } = makeIngest({
    publish: async ({ event }) => {
      order.push(event.id)
      await new Promise(setImmediate)
      return { recipients: 0 }
    }
  })
  const all = Promise.all([give(), give(), give()])
  t.same(order, ['id-1', 'id-2', 'id-3'])
  await all
})

t.test('many large events are read over several turns of the event loop, in their order', async (t) => {
  const order: unknown[] = []
  const { give } = makeIngest({
    maxBytes: 100_000,
    publish: ({ event }) => {
      order.push(event.id)
      return { recipients: 0 }
    }
  })
  const all = Promise.all(Array.from({ length: 10 }, () => give({ json: { id: 'ada', text: 'x'.repeat(60_000) } })))
  await new Promise(process.nextTick)
  t.ok(order.length > 0 && order.length < 5, `${order.length} in the first turn`)
  await all
  t.same(order, Array.from({ length: 10 }, (_, index) => `id-${index + 1}`))
})

t.test('a repetition is told by the relay, or by its place, and is done', async (t) => {
  const { give, ingest, published } = makeIngest()
  await give({ position: 'same' })
  t.same(await give({ position: 'same', attempt: 2 }), { kind: 'done' })
  t.equal(published.length, 1)
  const relay = makeIngest({ publish: () => ({ recipients: 0, duplicate: true }) })
  t.same(await relay.give(), { kind: 'done' })
  t.match([ingest.counts(), relay.ingest.counts()], [{ published: 1, duplicates: 1 }, { published: 0, duplicates: 1 }])
})

t.test('a relay that is away is no fault of the event: retried for ever, with growing pauses', async (t) => {
  const { give, ingest, lines } = makeIngest({ publish: unavailable })
  const pauses: unknown[] = []
  for (let attempt = 1; attempt <= 40; attempt += 1) pauses.push(await give({ position: 'same', attempt }))
  t.same(pauses.slice(0, 7), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map((afterMs) => ({ kind: 'retry', afterMs })))
  t.same(pauses.at(-1), { kind: 'retry', afterMs: 30_000 })
  t.match(ingest.counts(), { received: 40, retried: 40, dead_lettered: 0, published: 0 })
  t.same(lines, [], 'the relay itself says what is wrong')
})

t.test('poison is dead at once; the log names the event, never its content (S1-56)', async (t) => {
  const { give, ingest, lines, published } = makeIngest()
  t.same(await give({ json: ['canary'] }), { kind: 'dead', reason: 'expected a JSON object' })
  t.match(await give({ json: { id: { canary: 1 } } }), { kind: 'dead' })
  t.match(await give({ json: { id: 'canary', x: 'y'.repeat(1_000) } }), { kind: 'dead', reason: /at most 1000 bytes/ })
  t.same(await give({ json: { id: 'fine' } }), { kind: 'done' })
  t.equal(published.length, 1)
  t.match(ingest.counts(), { received: 4, published: 1, dead_lettered: 3 })
  t.match(lines[0], { level: 'warn', text: 'event is a dead letter', fields: { subject: 'a.b', id: 'id-1', position: 'p-1', reason: 'expected a JSON object' } })
  t.equal(lines.length, 3)
  t.notMatch(JSON.stringify(lines), 'canary')
})

t.test('what the relay refuses for good is a dead letter', async (t) => {
  const { give } = makeIngest({ publish: () => { throw new HubError('INVALID_PAYLOAD', '/id: used for something else') } })
  t.same(await give(), { kind: 'dead', reason: '/id: used for something else' })
})

t.test('an unexpected error is tried five times; times without a relay do not count', async (t) => {
  const errors = [new Error('a'), new HubError('UNAVAILABLE', 'u'), new Error('b'), new Error('c'), new HubError('UNAVAILABLE', 'u'), new HubError('INTERNAL_ERROR', 'd'), new Error('e')]
  const { give, ingest, lines } = makeIngest({ publish: () => { throw errors.shift() ?? new Error('too often') } })
  const verdicts: string[] = []
  for (let attempt = 1; attempt <= 7; attempt += 1) verdicts.push((await give({ position: 'same', attempt })).kind)
  t.same(verdicts, ['retry', 'retry', 'retry', 'retry', 'retry', 'retry', 'dead'])
  t.match(ingest.counts(), { retried: 6, dead_lettered: 1 })
  t.equal(lines.filter(({ text }) => text === 'event not published, trying again').length, 4)
})

t.test('what is for nobody is done and ignored', async (t) => {
  const { give, ingest, published, lines } = makeIngest()
  t.same([await give({ subject: 'other' }), await give({ json: { id: [] } })], [{ kind: 'done' }, { kind: 'done' }])
  t.same([published.length, lines.length], [0, 0])
  t.match(ingest.counts(), { ignored: 2 })
})

t.test('a node that takes leave of its clients gives events back, and takes no more', async (t) => {
  let isLeaving = false
  const { give, published, source } = makeIngest({ isLeaving: () => isLeaving })
  await give()
  isLeaving = true
  t.notOk(source.isStopped)
  t.same(await give(), { kind: 'retry', afterMs: 1_000 })
  t.equal(published.length, 1)
  t.ok(source.isStopped)
})

t.test('counts are a copy; status and stop are those of the source', async (t) => {
  const { ingest, source } = makeIngest()
  const counts = ingest.counts()
  t.same(counts, { received: 0, published: 0, duplicates: 0, retried: 0, dead_lettered: 0, ignored: 0 })
  t.not(ingest.counts(), counts)
  t.same(ingest.status(), { consuming: true })
  await ingest.stop()
  t.ok(source.isStopped)
  t.same(ingest.status(), { consuming: false })
})

t.test('what it remembers is bounded', async (t) => {
  const { give, ingest } = makeIngest()
  for (let count = 0; count < 2_100; count += 1) await give({ position: `${count}` })
  await give({ position: '2099' })
  await give({ position: '0' })
  t.match(ingest.counts(), { published: 2_101, duplicates: 1 })
})
