import { randomUUID } from 'node:crypto'
import type { TopicName } from '../../hub/topics.ts'
import type { Place } from '../continuity.ts'
import { MAX_PAGE_BYTES, type KeepOf, type StreamMessage, type StreamPage, type StreamRange } from '../history.ts'
import type { Position } from '../relay-message.ts'
import { chunksOf, groupsOf } from './chunks.ts'
import { frameKinds, WIRE_VERSION } from './frames.ts'
import type { Keys } from './keys.ts'
import type { Script, ScriptArgument, ScriptRunner } from './script-runner.ts'
import { SharedReads } from './shared-reads.ts'
import { checkScript, positionsScript, readScript, renewScript } from './stream-scripts.ts'
import { decodeMessage } from './wire-message.ts'

/** What reading streams works with. */
export interface StreamReaderParts {
  readonly runner: ScriptRunner
  readonly keys: Keys
  readonly keepOf: KeepOf
  /** How long numbers outlive messages, ms. */
  readonly positionTtlMs: number
}

/** A call with more topics would hold Redis too long: so many take it about 1 ms. */
const MAX_TOPICS = 500
const HEAD = `${WIRE_VERSION}${frameKinds.message}`

/** Reads what the publish script has written: numbers and histories. Everything rejects with `UNAVAILABLE`. */
export class StreamReader {
  readonly #parts: StreamReaderParts
  readonly #shared = new SharedReads<StreamPage>()
  readonly #ttlS: number
  #waiting = new Map<TopicName, Array<(position: Promise<Position>) => void>>()

  constructor (parts: StreamReaderParts) {
    this.#parts = parts
    this.#ttlS = Math.ceil(parts.positionTtlMs / 1000)
  }

  /** The last place in a topic's stream. What is asked in one turn of the event loop is one call. */
  async position (topic: TopicName): Promise<Position> {
    return await new Promise((resolve) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#flush())
      const askers = this.#waiting.get(topic)
      if (askers === undefined) this.#waiting.set(topic, [resolve])
      else askers.push(resolve)
    })
  }

  /** The last places, in the order of the topics; rejects when no server answers. Keeps them for longer when asked to. */
  async check (topics: readonly TopicName[], keepsLonger: boolean): Promise<Place[]> {
    const chunks = this.#chunksOf(topics)
    const answers = await Promise.allSettled(chunks.map((chunk) => this.#places(chunk, checkScript, [keepsLonger ? this.#ttlS : 0])))
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (failed !== undefined && answers.every(({ status }) => status === 'rejected')) throw failed.reason
    const found = new Map(answers.flatMap((answer) => answer.status === 'fulfilled' ? [...answer.value] : []))
    return topics.map((topic) => {
      const position = found.get(topic) ?? 'unasked'
      return position !== 'unasked' && position.epoch === '' ? undefined : position
    })
  }

  /** A part of a topic's history. The same asked twice in one turn of the event loop is read once. */
  async read (topic: TopicName, range: StreamRange): Promise<StreamPage> {
    const { after, before, limit } = range
    return await this.#shared.get(topic, `${after} ${before} ${limit}`, () => this.#read(topic, range))
  }

  /** Gives a topic whose numbers went back below one that they had reached a new epoch: old positions must not fit by chance. */
  async renew (topic: TopicName, { epoch, seq }: Position): Promise<void> {
    const { runner, keys } = this.#parts
    await runner.run(renewScript, [keys.meta(topic), keys.history(topic)], [epoch, seq, randomUUID()])
  }

  #flush (): void {
    const waiting = this.#waiting
    this.#waiting = new Map()
    for (const chunk of this.#chunksOf(waiting.keys())) {
      // In a cluster another master may be there when this one is not: what fails, fails for its own topics.
      const found = this.#places(chunk, positionsScript, [randomUUID(), this.#ttlS])
      for (const topic of chunk) {
        const position = found.then((places) => places.get(topic) ?? { epoch: '', seq: 0 })
        for (const resolve of waiting.get(topic) ?? []) resolve(position)
      }
    }
  }

  /** The topics, each once, as they may be asked for in one call. */
  #chunksOf (topics: Iterable<TopicName>): TopicName[][] {
    return groupsOf([...new Set(topics)], (topic) => this.#parts.keys.tagOf(topic)).flatMap((group) => chunksOf(group, MAX_TOPICS))
  }

  async #places (chunk: readonly TopicName[], script: Script, args: readonly ScriptArgument[]): Promise<Map<TopicName, Position>> {
    const { runner, keys } = this.#parts
    const texts = textsOf(await runner.run(script, chunk.map((topic) => keys.meta(topic)), args))
    return new Map(chunk.map((topic, place) => [topic, { epoch: texts[2 * place] ?? '', seq: Number(texts[2 * place + 1]) }]))
  }

  async #read (topic: TopicName, { after, before, limit }: StreamRange): Promise<StreamPage> {
    const { runner, keys, keepOf } = this.#parts
    const args = [randomUUID(), this.#ttlS, keepOf(topic).size, after ?? '', before ?? '', limit, MAX_PAGE_BYTES]
    const [epoch = '', top, oldest, first, ...frames] = textsOf(await runner.run(readScript, [keys.meta(topic), keys.history(topic)], args))
    const seq = Number(top)
    const messages = readFrames(topic, epoch, frames)
    // Nodes whose settings differ keep different lists: what does not fit the numbers is not there.
    if (messages.length < frames.length || messages[0]?.seq !== Number(first)) return { epoch, seq, oldest: frames.length > 0 ? seq + 1 : Number(oldest), messages: [] }
    return { epoch, seq, oldest: Number(oldest), messages }
  }
}

/** Messages as long as they can be read and follow each other in the epoch. */
function readFrames (topic: TopicName, epoch: string, frames: readonly string[]): StreamMessage[] {
  const messages: StreamMessage[] = []
  for (const frame of frames) {
    const message = readFrame(topic, epoch, frame)
    const previous = messages.at(-1)
    if (message === undefined || (previous !== undefined && message.seq !== previous.seq + 1)) break
    messages.push(message)
  }
  return messages
}

function readFrame (topic: TopicName, epoch: string, frame: string): StreamMessage | undefined {
  const message = frame.startsWith(HEAD) ? decodeMessage(frame.slice(HEAD.length), topic)?.message : undefined
  const [place = 0] = message?.carries ?? []
  const position = message?.positions[place]
  return message === undefined || position?.epoch !== epoch ? undefined : { seq: position.seq, message }
}

function textsOf (answer: unknown): string[] {
  return Array.isArray(answer) ? answer.map(String) : []
}
