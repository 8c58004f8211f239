import assert from 'node:assert/strict'
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { Continuity } from '../../src/relay/continuity.ts'
import type { NumberedMessage, Position } from '../../src/relay/relay-message.ts'
import { FakeStreamSource, type Pause } from '../support/fake-stream-source.ts'
import { recordLogs } from '../support/log-recorder.ts'

const TOPIC = 'room:a'
/** Longer than any repair takes. */
const LIMIT_MS = 20_000
/** What takes longer than this without anything in its way is waited for in vain. */
const END_MS = 2_500

type Change = 'interrupt' | 'restore' | 'lose store' | 'forget' | 'ask' | 'leave and return' | 'check'
type Step =
  | { readonly what: 'publish', readonly copies: number }
  | { readonly what: 'arrive' | 'go on', readonly count: number }
  | { readonly what: 'pause', readonly pause: Pause }
  | { readonly what: 'fail', readonly count: number }
  | { readonly what: 'go back', readonly count: number, readonly published: number }
  | { readonly what: Change | 'turn' | 'timers' }

const count = fc.integer({ min: 1, max: 4 })
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ what: fc.constant('publish' as const), copies: fc.constantFrom(0, 1, 1, 1, 2) }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constantFrom<'arrive' | 'go on'>('arrive', 'go on'), count }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('pause' as const), pause: fc.constantFrom<Pause>('calls', 'answers', 'nothing') }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail' as const), count }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('go back' as const), count, published: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom<'interrupt' | 'restore'>('interrupt', 'restore') }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom<'lose store' | 'forget' | 'leave and return'>('lose store', 'forget', 'leave and return') }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom<'ask' | 'turn' | 'timers' | 'check'>('ask', 'ask', 'turn', 'timers', 'check') }) }
)

/** Follows what a node is handed and told: every number once and in order, or told as lost. */
class Ledger {
  #epoch: string | undefined
  #next = 1
  /** Up to here all was told as lost when the numbering began anew. */
  #told = 0
  #isAnew = false
  readonly #source: FakeStreamSource

  constructor (source: FakeStreamSource) {
    this.#source = source
  }

  /** The topic is taken up at a place. */
  start ({ epoch, seq }: Position): void {
    this.#epoch = epoch
    this.#next = seq + 1
    this.#told = 0
  }

  beginAnew (): void {
    this.#isAnew = true
  }

  tell (from: number, to: number): void {
    if (this.#isAnew) {
      assert.equal(from, 0)
      this.#isAnew = false
      this.#epoch = undefined
      this.#next = 1
      this.#told = to
      return
    }
    this.#advance(from, to)
    if (this.#epoch !== this.#source.position(TOPIC).epoch) return
    for (let seq = from; seq <= to; seq += 1) assert.ok(!this.#source.keeps(TOPIC, seq), `${seq} is told as lost, but kept`)
  }

  hand ({ epoch, seq }: Position): void {
    this.#epoch ??= epoch
    assert.equal(epoch, this.#epoch, 'a message of another numbering')
    this.#advance(seq, seq)
  }

  /** Whether everything up to a place was handed on, or told as lost. */
  covers ({ epoch, seq }: Position): boolean {
    return (this.#epoch ?? epoch) === epoch && Math.max(this.#next - 1, this.#told) >= seq
  }

  /** The first number that nothing is known of. */
  get next (): number {
    return Math.max(this.#next, this.#told + 1)
  }

  #advance (from: number, to: number): void {
    assert.ok(from >= this.#next, `${from} comes after ${this.#next - 1}: twice, or told as lost before`)
    assert.ok(from === this.#next || from - 1 <= this.#told, `nothing was heard of ${this.#next} to ${from - 1}`)
    this.#next = to + 1
  }
}

/** A node, its store, and the way between them. */
class World {
  readonly source = new FakeStreamSource()
  readonly continuity: Continuity
  ledger = new Ledger(this.source)
  /** Copies under way: they keep their order. */
  #wire: NumberedMessage[] = []
  #isConnected = true
  /** Answers to the copies that came, by copy. */
  readonly #answers: number[] = []
  readonly #problems: unknown[] = []
  /** Numbers went back, or the topic was left: places named before mean nothing. */
  #generation = 0
  /** So many wait for a place. */
  #asking = 0

  constructor (size: number, pageSize: number) {
    Object.assign(this.source, { size, pageSize })
    const { logger } = recordLogs()
    const guarded = (step: () => void): void => {
      try { step() } catch (error) { this.#problems.push(error) }
    }
    this.continuity = new Continuity({
      source: this.source,
      deliver: ({ positions: [position] }) => {
        guarded(() => this.ledger.hand(position ?? { epoch: '', seq: 0 }))
        return 1
      },
      onGap: ({ from_seq: from, to_seq: to }) => guarded(() => this.ledger.tell(from, to)),
      logger: { ...logger, warn: (_fields, text) => { if (text.includes('begun anew')) this.ledger.beginAnew() } },
      retryMs: 1,
      patienceMs: 1,
      limitMs: LIMIT_MS
    })
    this.#begin()
  }

  async take (step: Step): Promise<void> {
    const { source } = this
    switch (step.what) {
      case 'publish': return this.#publish(step.copies)
      case 'arrive': return this.#arrive(step.count)
      case 'go on': for (let count = 0; count < step.count; count += 1) source.next(); return
      case 'pause': source.pause = step.pause; return
      case 'fail': source.failures = step.count; return
      case 'go back': return await this.#goBack(step.count, step.published)
      case 'turn': return await endOfTurn()
      case 'timers': return await sleep(1)
      default: this.#change(step.what)
    }
  }

  #change (what: Change): void {
    switch (what) {
      case 'interrupt': return this.#interrupt()
      case 'restore': return this.#restore()
      case 'lose store': return this.source.lose(TOPIC)
      case 'forget': return this.source.forget(TOPIC)
      case 'ask': return this.#ask()
      case 'check': return this.continuity.restored([TOPIC])
      case 'leave and return': this.continuity.end(TOPIC); return this.#begin()
    }
  }

  /** After everything has come to rest, nothing is missing. */
  async conclude (): Promise<void> {
    await this.#rest()
    const endMs = performance.now() + END_MS
    for (; this.#asking > 0; await sleep(1)) assert.ok(performance.now() < endMs, 'a place is waited for in vain')
    const { source, continuity } = this
    // The last messages may have been lost without a trace.
    continuity.restored([TOPIC])
    await this.#quiet()
    const top = source.position(TOPIC)
    assert.deepEqual(this.#problems, [])
    assert.ok(this.ledger.covers(top), `nothing is known from ${this.ledger.next} to ${top.seq}`)
    assert.equal(this.ledger.next, top.seq + 1)
    const { length } = source.calls
    continuity.close()
    await endOfTurn()
    assert.equal(source.calls.length, length)
    assert.ok(this.#answers.every((count) => count === 1), `answered so often: ${this.#answers}`)
  }

  #begin (): void {
    this.#generation += 1
    const position = this.source.position(TOPIC)
    this.ledger = new Ledger(this.source)
    this.ledger.start(position)
    this.continuity.begin(TOPIC)
    assert.equal(this.continuity.stand(TOPIC, position), undefined)
  }

  #publish (copies: number): void {
    const message = this.source.publish(TOPIC)
    if (this.#isConnected) this.#wire.push(...Array.from({ length: copies }, () => message))
  }

  #arrive (count: number): void {
    for (const message of this.#wire.splice(0, count)) {
      const copy = this.#answers.push(0) - 1
      this.continuity.accept(message, () => { this.#answers[copy] = (this.#answers[copy] ?? 0) + 1 })
    }
  }

  #interrupt (): void {
    this.#isConnected = false
    this.#wire = []
    this.continuity.interrupted([TOPIC])
  }

  #restore (): void {
    if (this.#isConnected) return
    this.#isConnected = true
    this.continuity.restored([TOPIC])
  }

  /** A place that was named is reached when that is said, unless nobody can get there any more. */
  #ask (): void {
    const generation = this.#generation
    const position = this.source.position(TOPIC)
    const reached = async (): Promise<void> => {
      try {
        await this.continuity.stand(TOPIC, position)
      } catch (error) {
        // Of a numbering that is no more nobody knows whether the place was reached.
        if (generation === this.#generation && position.epoch === this.source.position(TOPIC).epoch) throw error
        return
      }
      if (generation !== this.#generation || position.epoch !== this.source.position(TOPIC).epoch) return
      assert.ok(this.ledger.covers(position), `not at ${position.seq}, but before ${this.ledger.next}`)
    }
    this.#asking += 1
    reached().catch((error: unknown) => this.#problems.push(error)).finally(() => { this.#asking -= 1 })
  }

  /**
   * A failover to a replica that was behind. What is published after it must not get as far as the node had been before it looks: nobody
   * could tell the new messages from the old ones by their numbers.
   */
  async #goBack (count: number, published: number): Promise<void> {
    await this.#rest()
    this.#generation += 1
    this.#interrupt()
    this.source.goBack(TOPIC, count)
    for (let index = 1; index < Math.min(count, published); index += 1) this.#publish(1)
    this.#restore()
    await this.#quiet()
  }

  /** Everything goes on, and comes to an end. */
  async #rest (): Promise<void> {
    this.source.failures = 0
    this.source.resume()
    this.#restore()
    this.#arrive(Infinity)
    await this.#quiet()
  }

  /** Waits until nothing is held or asked for; what stays so for ever is a fault. */
  async #quiet (): Promise<void> {
    const stream = this.continuity.streams.get(TOPIC)
    const endMs = performance.now() + END_MS
    let calls = -1
    while (stream?.isHeld === true || calls !== this.source.calls.length) {
      calls = this.source.calls.length
      assert.ok(performance.now() < endMs, 'held for ever')
      await endOfTurn()
    }
  }
}

t.test('whatever happens on the way, everything is handed on once and in order, or told as lost', { timeout: 600_000 }, async () => {
  const runs = fc.asyncProperty(fc.constantFrom(0, 3, 1_000), fc.constantFrom(2, Infinity), fc.array(steps, { maxLength: 60, size: 'max' }), async (size, pageSize, schedule) => {
    const world = new World(size, pageSize)
    for (const step of schedule) await world.take(step)
    await world.conclude()
  })
  await fc.assert(runs, { numRuns: Number(process.env['MODEL_RUNS'] ?? 300) })
})
