import type { Logger } from '../logger.ts'
import type { StreamMessage, StreamPage } from '../relay/history.ts'
import type { Relay } from '../relay/relay.ts'
import type { Connection } from './connection.ts'
import { Copy } from './copy.ts'
import type { Frame } from './frame.ts'
import type { TopicHold } from './topic-holds.ts'

/** Messages read at once. */
export const REPLAY_PAGE = 100

/** Written at once, then the socket is waited for: what else comes for the client must find room in its send buffer. */
const CHUNK_FRAMES = 32
const CHUNK_BYTES = 64 * 1024

/** What a replay works with. */
export interface ReplayParts {
  readonly relay: Relay
  readonly connection: Connection
  /** The present of the topic, which comes after its past. */
  readonly hold: TopicHold
  readonly logger: Logger
  /** Tells whether a message is for the connection. */
  readonly isFor: (message: StreamMessage) => boolean
}

/** What is to be shown: nothing where `after` is `top`. */
export interface Past {
  /** Messages above this number … */
  readonly after: number
  /** … and up to this one; above it the present begins. */
  readonly top: number
  /** The beginning of it, read already. */
  readonly page: StreamPage
}

/** Messages of one stream read for several connections are encoded once. */
const copies = new WeakMap<StreamMessage, Copy>()

/** Shows a connection the past of a topic, page by page as its socket takes it, and behind it what came meanwhile. */
export class Replay {
  readonly #parts: ReplayParts
  readonly #past: Past
  #frames = 0
  #bytes = 0

  constructor (parts: ReplayParts, past: Past) {
    this.#parts = parts
    this.#past = past
  }

  /** Begins; what fits is queued before this returns. Never throws. */
  start (): void {
    this.#log(this.#show())
  }

  /** Shows nothing of the past, and of the present all that was held back. Never throws. */
  skip (): void {
    this.#log(this.#showPresent(0))
  }

  #log (done: Promise<void>): void {
    done.catch((err: unknown) => this.#parts.logger.error({ err, topic: this.#parts.hold.topic }, 'a replay broke off'))
  }

  async #show (): Promise<void> {
    await this.#showPast(this.#past)
    await this.#showPresent(this.#past.top)
  }

  async #showPast ({ after, top, page }: Past): Promise<void> {
    let shown = after
    let next: StreamPage | undefined = page
    while (shown < top && this.#isWanted()) {
      next ??= await this.#read(shown, top)
      shown = await this.#showPage(next, shown, top)
      next = undefined
    }
  }

  /** Returns the number up to which everything was shown, or told as lost. */
  async #showPage ({ messages }: StreamPage, shown: number, top: number): Promise<number> {
    const first = messages[0]?.seq ?? top + 1
    if (first > shown + 1) this.#tellGap(shown + 1, Math.min(first - 1, top))
    for (const message of messages) {
      if (message.seq > top || !this.#isWanted()) break
      if (this.#parts.isFor(message)) await this.#write(copyOf(message).frameOf(this.#parts.connection))
    }
    return messages.at(-1)?.seq ?? top
  }

  async #showPresent (top: number): Promise<void> {
    const { connection, hold } = this.#parts
    for (let held = hold.take(CHUNK_FRAMES); held.length > 0 && this.#isWanted(); held = hold.take(CHUNK_FRAMES)) {
      for (const { frame, position } of held) {
        // What came during the reading was read, too.
        if (position.seq > top) await this.#write(frame)
      }
    }
    connection.letPass(hold)
  }

  async #read (shown: number, top: number): Promise<StreamPage> {
    const { relay, hold, logger } = this.#parts
    try {
      return await relay.read(hold.topic, { after: shown, before: top + 1, limit: REPLAY_PAGE })
    } catch (err) {
      logger.info({ err, topic: hold.topic }, 'a replay could not be read to its end')
      return { epoch: '', seq: top, oldest: top + 1, messages: [] }
    }
  }

  /** Only at the end of a chunk there is anything to wait for. */
  #write (frame: Frame): Promise<void> | undefined {
    const { connection } = this.#parts
    connection.deliver(frame)
    this.#frames += 1
    this.#bytes += frame.length
    if (this.#frames < CHUNK_FRAMES && this.#bytes < CHUNK_BYTES) return undefined
    this.#frames = 0
    this.#bytes = 0
    return connection.whenTaken()
  }

  #tellGap (from: number, to: number): void {
    const { connection, hold } = this.#parts
    connection.send('gap', { topic: hold.topic, from_seq: from, to_seq: to })
  }

  #isWanted (): boolean {
    return this.#parts.connection.isHeldBy(this.#parts.hold)
  }
}

function copyOf (stream: StreamMessage): Copy {
  const known = copies.get(stream)
  if (known !== undefined) return known
  const { message: { event, topics, positions, carries = [] } } = stream
  const [place = 0] = carries
  const copy = new Copy(event, topics[place] ?? '', positions[place])
  copies.set(stream, copy)
  return copy
}
