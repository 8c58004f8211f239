import { roomOfMembersTopic, type TopicName } from '../../hub/topics.ts'
import type { Logger } from '../../logger.ts'
import type { Asking } from './asking.ts'
import type { Counting } from './counting.ts'
import { frameKinds, WIRE_VERSION } from './frames.ts'
import type { Lease } from './lease.ts'
import type { RedisBans } from './redis-bans.ts'
import type { RedisPresence } from './redis-presence.ts'
import type { Streams } from './streams.ts'
import { decodeMessage, type CountRequest } from './wire-message.ts'

/** Whom frames may be for. */
export interface FrameRouterParts {
  readonly asking: Asking
  readonly counting: Counting
  readonly bans: RedisBans
  readonly tokenBans: RedisBans
  readonly presence: RedisPresence
  readonly streams: Streams
  readonly lease: Lease
  /** Sends a frame to the node that has the lease; never rejects. */
  readonly tell: (lease: string, frame: string) => void
  readonly logger: Logger
}

/** Takes what comes on the channels to whom it is for. What it cannot read it skips, counts, and says once. */
export class FrameRouter {
  readonly #parts: FrameRouterParts
  readonly #topics = new Map<string, TopicName>()
  #skipped = 0

  constructor (parts: FrameRouterParts) {
    this.#parts = parts
  }

  /** Frames that could not be read. */
  get skipped (): number {
    return this.#skipped
  }

  /** Frames on the channel are about the topic. */
  route (channel: string, topic: TopicName): void {
    this.#topics.set(channel, topic)
  }

  /** The topics that the channels are about. */
  topicsOf (channels: readonly string[]): TopicName[] {
    return channels.map((channel) => this.#topics.get(channel)).filter((topic) => topic !== undefined)
  }

  unroute (channel: string): void {
    this.#topics.delete(channel)
  }

  onFrame (channel: string, frame: Buffer): void {
    const text = frame.toString()
    if (text.startsWith(WIRE_VERSION) && this.#take(text.charAt(1), channel, text.slice(2))) return
    this.#skipped += 1
    if (this.#skipped === 1) this.#parts.logger.warn({ version: text.charAt(0), kind: text.charAt(1) }, 'invalid relay message skipped; further ones are only counted')
  }

  /** False for what cannot be read. */
  #take (kind: string, channel: string, text: string): boolean {
    const { asking, bans, tokenBans } = this.#parts
    switch (kind) {
      case frameKinds.message: return this.#onMessageFrame(channel, text)
      case frameKinds.presence: return this.#onPresenceFrame(channel, text)
      case frameKinds.question: asking.onQuestionFrame(text); return true
      case frameKinds.answer: asking.onAnswerFrame(text); return true
      case frameKinds.count: this.#onCountFrame(text); return true
      case frameKinds.bans: bans.onFrame(text); return true
      case frameKinds.tokenBans: tokenBans.onFrame(text); return true
      default: return false
    }
  }

  #onMessageFrame (channel: string, text: string): boolean {
    const read = decodeMessage(text, this.#topics.get(channel))
    if (read === undefined) return false
    const { message, count } = read
    this.#parts.streams.accept(message, (recipients) => {
      if (count !== undefined) this.#tellCount(count, recipients)
    })
    return true
  }

  #tellCount ({ lease, number }: CountRequest, recipients: number): void {
    if (lease === this.#parts.lease.id) this.#parts.counting.note(number, recipients)
    else this.#parts.tell(lease, `${WIRE_VERSION}${frameKinds.count}${number} ${recipients}`)
  }

  #onPresenceFrame (channel: string, text: string): boolean {
    const room = roomOfMembersTopic(this.#topics.get(channel) ?? '')
    // The last member here has gone since.
    if (room === undefined) return true
    return this.#parts.presence.onNotice(room, text)
  }

  #onCountFrame (text: string): void {
    const [number, recipients] = text.split(' ')
    this.#parts.counting.note(Number(number), Number(recipients))
  }
}
