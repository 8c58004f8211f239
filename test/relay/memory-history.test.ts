import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { JsonText } from '../../src/json-text.ts'
import type { HistoryKeep, StreamPage, StreamRange } from '../../src/relay/history.ts'
import { MemoryHistory } from '../../src/relay/memory-history.ts'

const KEEP: HistoryKeep = { size: 5, ttlMs: 100 }
const NOTHING: HistoryKeep = { size: 0, ttlMs: 0 }
const NEWEST: StreamRange = { limit: 100 }
const TOPICS = ['room:a', 'room:b', 'none:c', 'connection:7']

/** A history with the numbers that a relay would give. */
class Streams {
  readonly history: MemoryHistory
  readonly #numbers = new Map<string, number>()

  constructor (maxBytes = Infinity, keep = KEEP) {
    this.history = new MemoryHistory((topic) => topic.startsWith('none:') ? NOTHING : keep, maxBytes)
  }

  publish (topics: readonly string[], nowMs = 0, text = '""'): void {
    const positions = topics.map((topic) => {
      this.#numbers.set(topic, this.seqOf(topic) + 1)
      return { epoch: 'e', seq: this.seqOf(topic) }
    })
    const message = { topics, positions, event: { type: 'news', payload: new JsonText(text), timestamp: '' } }
    for (const topic of topics) this.history.keep(topic, message, nowMs)
  }

  read (topic: string, range = NEWEST, nowMs = 0): StreamPage {
    return this.history.read(topic, range, { epoch: 'e', seq: this.seqOf(topic) }, nowMs)
  }

  /** Numbers of all that is kept of a topic. */
  numbersOf (topic: string, nowMs = 0): number[] {
    return this.read(topic, NEWEST, nowMs).messages.map(({ seq }) => seq)
  }

  seqOf (topic: string): number {
    return this.#numbers.get(topic) ?? 0
  }
}

/** The same, without any thought of what it costs. */
class Model {
  readonly #logs = new Map<string, Array<{ seq: number, text: string }>>()
  readonly #lastMs = new Map<string, number>()
  readonly #firstKept = new Map<string, number>()

  publish (topics: readonly string[], nowMs: number, text: string): void {
    for (const topic of topics) {
      const log = this.#logs.get(topic) ?? []
      if (this.#isOver(topic, nowMs)) this.#firstKept.set(topic, log.length + 1)
      log.push({ seq: log.length + 1, text })
      this.#logs.set(topic, log)
      this.#lastMs.set(topic, nowMs)
    }
  }

  read (topic: string, { after, before = Infinity, limit }: StreamRange, nowMs: number) {
    const log = this.#logs.get(topic) ?? []
    const isKept = topic.startsWith('room:') && !this.#isOver(topic, nowMs)
    const kept = isKept ? log.slice(-KEEP.size).filter(({ seq }) => seq >= (this.#firstKept.get(topic) ?? 1)) : []
    const wanted = kept.filter(({ seq }) => seq > (after ?? 0) && seq < before)
    const page = after === undefined ? wanted.slice(-limit) : wanted.slice(0, limit)
    return { oldest: kept[0]?.seq ?? log.length + 1, seq: log.length, page }
  }

  #isOver (topic: string, nowMs: number): boolean {
    return nowMs - (this.#lastMs.get(topic) ?? nowMs) >= KEEP.ttlMs
  }
}

const step = fc.record({
  topics: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TOPICS).map((topic) => [topic]) }, fc.array(fc.constantFrom(...TOPICS), { maxLength: 4 })),
  text: fc.nat().map(String),
  laterMs: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(1, 99, 100, 101)),
  sweeps: fc.boolean(),
  topic: fc.constantFrom(...TOPICS),
  after: fc.option(fc.nat(20), { nil: undefined }),
  before: fc.option(fc.nat(20), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 8 })
})

t.test('any range at any time is what one finds by looking through everything that was ever published', async () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const streams = new Streams()
    const model = new Model()
    let nowMs = 0
    for (const { topics, text, laterMs, sweeps, topic, after, before, limit } of steps) {
      streams.publish(topics, nowMs, text)
      model.publish(topics, nowMs, text)
      nowMs += laterMs
      if (sweeps) streams.history.sweep(nowMs)
      const range = { limit, ...(after !== undefined && { after }), ...(before !== undefined && { before }) }
      const { oldest, seq, messages } = streams.read(topic, range, nowMs)
      const page = messages.map(({ seq, message: { carries: [place = -1] = [], positions, topics, event } }) => {
        assert.deepEqual([topics[place], positions[place]], [topic, { epoch: 'e', seq }])
        return { seq, text: event.payload instanceof JsonText ? event.payload.text : undefined }
      })
      assert.deepEqual({ oldest, seq, page }, model.read(topic, range, nowMs))
    }
    streams.history.sweep(nowMs + KEEP.ttlMs)
    assert.equal(streams.history.bytes, 0)
  }), { numRuns: 500 })
})

t.test('above the bytes it may take, the topics that were quiet for longest lose theirs, a quarter at once', async (t) => {
  const streams = new Streams(100_000)
  const text = JSON.stringify('x'.repeat(1_000))
  const topics = Array.from({ length: 40 }, (_, index) => `room:${index}`)
  for (const topic of topics) streams.publish([topic], 0, text)
  streams.publish(['room:0'], 0, text)
  t.same([streams.numbersOf('room:0'), streams.numbersOf('room:1')], [[1, 2], [1]], 'it is not full yet')
  let count = 0
  for (let before = 0; streams.history.bytes > before; count += 1) {
    before = streams.history.bytes
    streams.publish([`room:new${count}`], 0, text)
  }
  t.ok(streams.history.bytes > 70_000 && streams.history.bytes <= 75_000)
  t.match(streams.read('room:1'), { seq: 1, oldest: 2, messages: { length: 0 } })
  t.same([streams.numbersOf('room:0'), streams.numbersOf('room:39'), streams.numbersOf(`room:new${count - 1}`)], [[1, 2], [1], [1]])
})

t.test('it never takes more than it may, even for a single message', async (t) => {
  const streams = new Streams(10_000)
  for (let size = 0; size < 20_000; size += 500) {
    streams.publish(['room:a', `room:${size}`], 0, JSON.stringify('x'.repeat(size)))
    t.ok(streams.history.bytes <= 10_000)
  }
  t.match(streams.read('room:a'), { seq: 40, oldest: 41, messages: { length: 0 } })
})

t.test('a page holds 256 KiB of text as it is sent, not of characters', async (t) => {
  const streams = new Streams()
  for (let count = 0; count < 3; count += 1) streams.publish(['room:a'], 0, JSON.stringify('ж'.repeat(60_000)))
  t.same(streams.read('room:a', { after: 0, limit: 100 }).messages.map(({ seq }) => seq), [1, 2])
  t.same(streams.read('room:a', { limit: 100 }).messages.map(({ seq }) => seq), [2, 3])
})

t.test('whoever reads a message again gets the very same, in each topic its own', async (t) => {
  const streams = new Streams()
  for (let count = 0; count < 8; count += 1) streams.publish(['room:a', 'room:b', 'room:a'])
  const pages = [{ limit: 3 }, NEWEST, { after: 1, limit: 100 }].map((range) => streams.read('room:a', range).messages.slice(-3))
  t.same(pages[0]?.map(({ seq, message: { carries } }) => [seq, carries]), [[14, [2]], [15, [0]], [16, [2]]])
  for (const page of pages) t.ok(page.every((message, index) => message === pages[0]?.[index]))
  t.same(streams.read('room:b').messages.map(({ seq, message: { carries } }) => [seq, carries]), [[4, [1]], [5, [1]], [6, [1]], [7, [1]], [8, [1]]])
})

t.test('what is read takes more than what is not, and is free with it', async (t) => {
  const streams = new Streams()
  for (let count = 0; count < 5; count += 1) streams.publish(['room:a'])
  const { bytes } = streams.history
  for (let count = 0; count < 3; count += 1) streams.read('room:a', { limit: 2 })
  t.equal(streams.history.bytes - bytes, 800, 'twice the bytes of a message, once')
  for (let count = 0; count < 5; count += 1) streams.publish(['room:a'])
  t.same([streams.numbersOf('room:a'), streams.history.bytes > bytes], [[6, 7, 8, 9, 10], true])
  streams.history.drop('room:a')
  t.equal(streams.history.bytes, 0)
})

t.test('what is dropped is free again, and the topic goes on from where it is', async (t) => {
  const streams = new Streams()
  for (let count = 0; count < 4; count += 1) streams.publish(['room:a'])
  streams.history.drop('room:a')
  streams.history.drop('room:unknown')
  t.equal(streams.history.bytes, 0)
  t.match(streams.read('room:a'), { seq: 4, oldest: 5, messages: { length: 0 } })
  streams.publish(['room:a'])
  t.same(streams.numbersOf('room:a'), [5])
})

t.test('a history of any size holds exactly that many, and little more takes memory', async (t) => {
  for (const size of [1, 2, 3, 4, 7, 100]) {
    const streams = new Streams(Infinity, { size, ttlMs: 100 })
    streams.publish(['room:a'])
    const { bytes } = streams.history
    for (let count = 0; count < 3 * size; count += 1) {
      streams.publish(['room:a'])
      t.ok(streams.history.bytes <= bytes * size * 1.25)
    }
    t.same([streams.numbersOf('room:a').length, streams.read('room:a').oldest], [Math.min(size, 100), 2 * size + 2])
  }
})
