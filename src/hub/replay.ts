import { jsonTextOf } from '../json-text.ts'
import type { Logger } from '../logger.ts'
import type { StreamMessage, StreamPage } from '../relay/history.ts'
import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { Copy } from './copy.ts'
import type { Held, TopicHold } from './topic-holds.ts'

/** Messages read at once. */
export const REPLAY_PAGE = 100

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
  readonly epoch: string
  /** The beginning of it, where that was kept. */
  readonly page?: StreamPage
}

/** About what a message takes beside its payload, bytes. */
const MESSAGE_BYTES = 400

/** Messages of one stream read for several connections are encoded once. */
const copies = new WeakMap<StreamMessage, Copy>()

/** Shows a connection the past of a topic, page by page as its socket takes it, and behind it what came meanwhile. */
export class Replay {
  readonly #parts: ReplayParts
  #past: Past
  #keptBytes = 0

  constructor (parts: ReplayParts, { page, ...past }: Past) {
    this.#parts = parts
    this.#past = past
    if (page !== undefined) this.#keep(page)
  }

  /** Begins. Never throws. */
  start (): void {
    this.#log(this.#parts.connection.pastQueue.inTurn(() => this.#show()))
  }

  /** Shows nothing of the past, and of the present all that was held back. Never throws. */
  skip (): void {
    this.#log(this.#parts.connection.pastQueue.inTurn(() => this.#showNothingElse()))
  }

  /** A page that is small enough waits for its turn here; any other is read again. */
  #keep (page: StreamPage): void {
    const { connection } = this.#parts
    const bytes = page.messages.reduce((sum, { message: { event: { payload } } }) => sum + MESSAGE_BYTES + jsonTextOf(payload).length, 0)
    if (!connection.pastQueue.mayKeep(bytes)) return
    connection.pastQueue.noteKept(bytes)
    this.#keptBytes = bytes
    this.#past = { ...this.#past, page }
  }

  #letGo (): void {
    const { page, ...past } = this.#past
    this.#past = past
    if (this.#keptBytes > 0) this.#parts.connection.pastQueue.noteKept(-this.#keptBytes)
    this.#keptBytes = 0
  }

  #log (done: Promise<void>): void {
    done.catch((err: unknown) => this.#parts.logger.error({ err, topic: this.#parts.hold.topic }, 'a replay broke off'))
  }

  async #show (): Promise<void> {
    const { top, epoch } = this.#past
    await this.#showPast(this.#past).finally(() => this.#letGo())
    await this.#showPresent({ epoch, seq: top })
  }

  /** What an earlier replay of the topic had not come to yet is lost to the client. */
  async #showNothingElse (): Promise<void> {
    const { hold } = this.#parts
    this.#letGo()
    const { unshown } = hold
    if (unshown !== undefined && await this.#mayWrite()) this.#tellGap(unshown)
    await this.#showPresent({ epoch: '', seq: 0 })
  }

  async #showPast ({ after, top, page }: Past): Promise<void> {
    let next = page
    this.#noteShown(after)
    // There is room before anything is read for it.
    for (let shown = after; shown < top && await this.#mayWrite();) {
      shown = await this.#showPage(next ?? await this.#read(shown), shown)
      next = undefined
    }
  }

  /** Returns the number up to which everything was shown, or told as lost. */
  async #showPage ({ messages }: StreamPage, shown: number): Promise<number> {
    const { top } = this.#past
    const first = messages[0]?.seq ?? top + 1
    if (first > shown + 1 && await this.#mayWrite()) this.#tellGap({ from: shown + 1, to: Math.min(first - 1, top) })
    for (const message of messages) {
      if (message.seq > top || !await this.#mayWrite()) break
      const { connection, isFor } = this.#parts
      const frame = isFor(message) ? copyOf(message).frameOf(connection) : undefined
      if (frame !== undefined) connection.deliverPast(frame)
      this.#noteShown(message.seq)
    }
    return messages.at(-1)?.seq ?? top
  }

  async #showPresent (shown: Position): Promise<void> {
    const { connection, hold } = this.#parts
    while (await this.#mayWrite()) {
      const held = hold.take()
      if (held === undefined) return connection.letPass(hold)
      this.#showHeld(held, shown)
    }
  }

  /** What came during the reading was read, too; but numbers of another epoch say nothing of that. */
  #showHeld (held: Held, { epoch, seq: top }: Position): void {
    if ('frame' in held) {
      const { frame, position, isReply = false } = held
      if (isReply || position.epoch !== epoch || position.seq > top) this.#parts.connection.deliverPast(frame)
      return
    }
    const from = held.epoch === epoch ? Math.max(held.from, top + 1) : held.from
    if (from <= held.to) this.#tellGap({ from, to: held.to })
  }

  async #read (shown: number): Promise<StreamPage> {
    const { relay, hold, logger } = this.#parts
    const { top, epoch } = this.#past
    const nothing = { epoch, seq: top, oldest: top + 1, messages: [] }
    try {
      const page = await relay.read(hold.topic, { after: shown, before: top + 1, limit: REPLAY_PAGE })
      // The same numbers in another epoch are other messages.
      return page.epoch === epoch ? page : nothing
    } catch (err) {
      logger.info({ err, topic: hold.topic }, 'a replay could not be read to its end')
      return nothing
    }
  }

  #tellGap ({ from, to }: { readonly from: number, readonly to: number }): void {
    const { connection, hold } = this.#parts
    connection.send('gap', { topic: hold.topic, from_seq: from, to_seq: to })
    this.#noteShown(to)
  }

  #noteShown (seq: number): void {
    const { top } = this.#past
    this.#parts.hold.unshown = seq < top ? { from: seq + 1, to: top } : undefined
  }

  /** False when nothing may follow any more. All that is written waits here for room: a replay alone must not make a client too slow. */
  async #mayWrite (): Promise<boolean> {
    const { connection } = this.#parts
    for (let room = connection.roomForPast(); room !== undefined; room = connection.roomForPast()) await room
    connection.endIfExpired()
    return this.#isWanted()
  }

  #isWanted (): boolean {
    return this.#parts.connection.isHeldBy(this.#parts.hold)
  }
}

function copyOf (stream: StreamMessage): Copy {
  const known = copies.get(stream)
  if (known !== undefined) return known
  const { message } = stream
  const { topics, positions, carries: [place = 0] = [] } = message
  const copy = new Copy(message, topics[place] ?? '', positions[place])
  copies.set(stream, copy)
  return copy
}
