import { HubError } from '../../src/errors.ts'
import type { StreamSource } from '../../src/relay/continuity.ts'
import type { StreamMessage, StreamPage, StreamRange } from '../../src/relay/history.ts'
import type { NumberedMessage, Position } from '../../src/relay/relay-message.ts'

interface Kept {
  epoch: string
  seq: number
  messages: StreamMessage[]
}

/** What is paused: calls on their way to the store, or the answers on their way back. */
export type Pause = 'calls' | 'answers' | 'nothing'

/** Streams in memory whose answers a test delays and fails as it wants. */
export class FakeStreamSource implements StreamSource {
  /** What was called, in order, such as `read room:a 4`. */
  readonly calls: string[] = []
  /** So many messages of each topic are kept. */
  size = 1_000
  /** Most messages of a page, as where the bytes are bounded. */
  pageSize = Infinity
  /** So many calls fail from now on. */
  failures = 0
  /** Calls about these topics fail. */
  readonly broken = new Set<string>()
  pause: Pause = 'nothing'
  readonly #streams = new Map<string, Kept>()
  #paused: Array<() => void> = []
  #epochs = 0

  /** So many calls wait for {@link next}. */
  get pausedCount (): number {
    return this.#paused.length
  }

  /** Numbers and keeps a message; the copy for the node is the test's to hand on. */
  publish (topic: string): NumberedMessage {
    const stream = this.#stream(topic)
    const seq = stream.seq += 1
    const message = makeMessage([topic], [{ epoch: stream.epoch, seq }])
    stream.messages = [...stream.messages, { seq, message }].slice(this.size === 0 ? Infinity : -this.size)
    return message
  }

  position (topic: string): Position {
    const { epoch, seq } = this.#stream(topic)
    return { epoch, seq }
  }

  /** True when a message is kept that has a number in the present epoch. */
  keeps (topic: string, seq: number): boolean {
    return this.#stream(topic).messages.some((message) => message.seq === seq)
  }

  /** Nothing is known of the topic any more. */
  lose (topic: string): void {
    this.#streams.delete(topic)
  }

  /** The last messages were never there, as after a failover. */
  goBack (topic: string, count: number): void {
    const stream = this.#stream(topic)
    stream.seq = Math.max(0, stream.seq - count)
    stream.messages = stream.messages.filter(({ seq }) => seq <= stream.seq)
  }

  /** What is kept of a topic goes, its number stays. */
  forget (topic: string): void {
    this.#stream(topic).messages = []
  }

  /** Lets the call that has waited longest go on. */
  next (): void {
    this.#paused.shift()?.()
  }

  /** Lets all go on, now and from now on. */
  resume (): void {
    this.pause = 'nothing'
    while (this.#paused.length > 0) this.next()
  }

  async read (topic: string, { after = 0, limit }: StreamRange): Promise<StreamPage> {
    return await this.#answer(`read ${topic} ${after}`, [topic], () => {
      const { epoch, seq, messages } = this.#stream(topic)
      const page = messages.filter((message) => message.seq > after).slice(0, Math.min(limit, this.pageSize))
      return { epoch, seq, oldest: messages[0]?.seq ?? seq + 1, messages: page }
    })
  }

  async check (topics: readonly string[], keepsLonger: boolean): Promise<ReadonlyArray<Position | undefined>> {
    return await this.#answer(`check ${topics.length}${keepsLonger ? ' longer' : ''}`, topics, () => (
      topics.map((topic) => this.#streams.has(topic) ? this.position(topic) : undefined)
    ))
  }

  async renew (topic: string, reached: Position): Promise<void> {
    await this.#answer(`renew ${topic} ${reached.seq}`, [topic], () => {
      const stream = this.#stream(topic)
      if (stream.epoch !== reached.epoch || stream.seq >= reached.seq) return
      stream.epoch = this.#newEpoch()
      stream.messages = []
    })
  }

  async #answer<Answer> (call: string, topics: readonly string[], look: () => Answer): Promise<Answer> {
    this.calls.push(call)
    if (this.failures > 0 || topics.some((topic) => this.broken.has(topic))) {
      this.failures -= 1
      throw new HubError('UNAVAILABLE', 'as the test wants it')
    }
    if (this.pause === 'calls') await this.#waited()
    const answer = look()
    if (this.pause === 'answers') await this.#waited()
    return answer
  }

  async #waited (): Promise<void> {
    await new Promise<void>((resolve) => { this.#paused.push(resolve) })
  }

  #stream (topic: string): Kept {
    const known = this.#streams.get(topic) ?? { epoch: this.#newEpoch(), seq: 0, messages: [] }
    this.#streams.set(topic, known)
    return known
  }

  #newEpoch (): string {
    this.#epochs += 1
    return `e${this.#epochs}`
  }
}

/** A message of no interest, with its places in its topics. */
export function makeMessage (topics: readonly string[], positions: ReadonlyArray<Position | undefined>): NumberedMessage {
  return { topics, positions, carries: topics.map((_, place) => place), event: { type: 'news', payload: 'x', timestamp: '2026-01-01T00:00:00.000Z' } }
}
