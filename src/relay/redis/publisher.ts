import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../../clock.ts'
import type { TopicName } from '../../hub/topics.ts'
import type { HistoryKeep } from '../history.ts'
import { differentContent, REPEAT_WINDOW_MS } from '../repeats.ts'
import { unavailable } from './answer-watch.ts'
import type { Keys } from './keys.ts'
import { addToCall, outcomeOf, weightOf, type BatchCall, type BatchItem, type ItemOutcome } from './publish-batch.ts'
import { publishScript } from './publish-script.ts'
import type { ScriptRunner } from './script-runner.ts'

/** What a publisher works with. */
export interface PublisherParts {
  readonly runner: ScriptRunner
  readonly keys: Keys
  readonly keepOf: (topic: TopicName) => HistoryKeep
  /** How long numbers outlive messages, ms. */
  readonly positionTtlMs: number
  readonly deadlineMs: number
  /** PUBLISH, or SPUBLISH in a cluster. */
  readonly publishCommand: string
}

/** A message that was carried, or was a repetition. */
export type Carried = Exclude<ItemOutcome, { kind: 'failed' | 'conflict' }>

interface Waiting {
  readonly item: BatchItem
  readonly resolve: (carried: Carried) => void
  readonly reject: (error: Error) => void
}

/** A larger batch would hold Redis too long: 100 messages of 1 KB take it 1 ms. */
const MAX_BATCH = 128
const MAX_BATCH_BYTES = 256 * 1024
/** More than this is not kept waiting for an answer: memory stays bounded while Redis hangs. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

/** Sends the messages of one turn of the event loop in one script call (one for each number of {@link Keys} that they touch). */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #queues = new Map<number, Waiting[]>()
  /** How far Redis' clock is ahead of `monotonicMs`, by number: in a cluster each master has its own. */
  readonly #clockAheadMs = new Map<number, number>()
  #waitingBytes = 0
  #isScheduled = false

  constructor (parts: PublisherParts) {
    this.#parts = parts
  }

  /** Rejects with `UNAVAILABLE` when Redis does not confirm it, with `INVALID_PAYLOAD` when the id was used for other content. */
  async publish (tag: number, item: BatchItem): Promise<Carried> {
    const bytes = item.parts.content.length + item.parts.routing.length
    if (!this.#parts.runner.isReady) throw unavailable('Redis is not connected')
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) throw unavailable('too much waits for Redis')
    this.#waitingBytes += bytes
    try {
      return await new Promise((resolve, reject) => this.#enqueue(tag, { item, resolve, reject }))
    } finally {
      this.#waitingBytes -= bytes
    }
  }

  #enqueue (tag: number, waiting: Waiting): void {
    const queue = this.#queues.get(tag)
    if (queue === undefined) this.#queues.set(tag, [waiting])
    else queue.push(waiting)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#flush())
  }

  #flush (): void {
    this.#isScheduled = false
    for (const [tag, queue] of this.#queues) {
      for (const batch of batchesOf(queue)) this.#send(tag, batch).catch((error: Error) => rejectAll(batch, error))
    }
    this.#queues.clear()
  }

  async #send (tag: number, batch: readonly Waiting[]): Promise<void> {
    const { runner, keys, keepOf } = this.#parts
    const call: BatchCall = { keys: [], args: this.#headOf(tag) }
    for (const { item } of batch) addToCall(call, item, { keys, tag, keepOf })
    const sentAtMs = monotonicMs()
    const answer = await runner.run(publishScript, call.keys, call.args)
    const [now, ...outcomes] = Array.isArray(answer) ? answer : []
    this.#learnClock(tag, Number(now) - sentAtMs, Number(now) - monotonicMs())
    for (const [index, waiting] of batch.entries()) settle(waiting, outcomes[index])
  }

  /** The true difference lies between the two: an answer that was read late, or a call that was long on its way, must not move it. */
  #learnClock (tag: number, most: number, least: number): void {
    const known = this.#clockAheadMs.get(tag) ?? least
    this.#clockAheadMs.set(tag, Math.min(most, Math.max(least, known)))
  }

  #headOf (tag: number): Array<string | number> {
    const { deadlineMs, positionTtlMs, publishCommand } = this.#parts
    const ahead = this.#clockAheadMs.get(tag)
    const deadline = ahead === undefined ? 0 : Math.ceil(monotonicMs() + ahead + deadlineMs)
    return [deadline, randomUUID(), REPEAT_WINDOW_MS, Math.ceil(positionTtlMs / 1000), publishCommand]
  }
}

function * batchesOf (queue: readonly Waiting[]): Generator<Waiting[]> {
  let batch: Waiting[] = []
  let bytes = 0
  for (const waiting of queue) {
    const weight = weightOf(waiting.item)
    if (batch.length === MAX_BATCH || (batch.length > 0 && bytes + weight > MAX_BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(waiting)
    bytes += weight
  }
  yield batch
}

function settle ({ resolve, reject }: Waiting, answer: unknown): void {
  // Behind the deadline the script answers for nobody.
  if (answer === undefined) return reject(unavailable('Redis got it too late'))
  const outcome = outcomeOf(answer)
  if (outcome.kind === 'conflict') reject(differentContent())
  else if (outcome.kind === 'failed') reject(unavailable(`Redis: ${outcome.why}`))
  else resolve(outcome)
}

function rejectAll (batch: readonly Waiting[], error: Error): void {
  for (const { reject } of batch) reject(error)
}
