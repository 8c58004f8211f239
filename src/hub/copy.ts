import type { Delivery, Dialect } from '../protocol/dialect.ts'
import type { Position, RelayMessage } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { deflateFrame } from './deflate.ts'
import { dialectFrame } from './dialect-frame.ts'
import type { Frame } from './frame.ts'
import { connectionOf, roomOfTopic, type TopicName } from './topics.ts'

/** What connections of one kind are written: a wire format, compressed or not. */
interface Variant {
  readonly dialect: Dialect
  readonly compresses: boolean
  /** None where the format has none for the message. */
  readonly frame: Frame | undefined
}

/** One message as those see it who get it by a certain topic: encoded once per dialect, framed once. */
export class Copy {
  readonly #delivery: Delivery
  readonly #topic: TopicName
  readonly #position: Position | undefined
  /** Nearly always one, and asked for every member of a room: a list is looked through faster than a map. */
  readonly #variants: Variant[] = []

  constructor ({ event, except }: Pick<RelayMessage, 'event' | 'except'>, topic: TopicName, position: Position | undefined) {
    const room = event.room ?? roomOfTopic(topic)
    this.#delivery = { event: room === undefined ? event : { ...event, room }, position, topic, origin: event.origin ?? authorOf(except) }
    this.#topic = topic
    this.#position = position
  }

  /** Queues it; false when the connection did not take it. */
  deliverTo (connection: Connection): boolean {
    const frame = this.#frameFor(connection.dialect, connection.compresses)
    return frame !== undefined && connection.deliver(frame, this.#topic, this.#position)
  }

  /** The bytes for a connection; undefined where its dialect has none for the message. */
  frameOf ({ dialect, compresses }: Connection): Frame | undefined {
    return this.#frameFor(dialect, compresses)
  }

  #frameFor (dialect: Dialect, compresses: boolean): Frame | undefined {
    for (const variant of this.#variants) {
      if (variant.dialect === dialect && variant.compresses === compresses) return variant.frame
    }
    const frame = compresses ? this.#deflated(dialect) : dialectFrame(dialect, this.#delivery)
    this.#variants.push({ dialect, compresses, frame })
    return frame
  }

  #deflated (dialect: Dialect): Frame | undefined {
    const frame = this.#frameFor(dialect, false)
    return frame === undefined ? undefined : deflateFrame(frame)
  }
}

/** The connection that a message comes from: a client's message leaves out that one alone. */
function authorOf (except: readonly TopicName[] = []): string | undefined {
  const [author, ...others] = except
  return author === undefined || others.length > 0 ? undefined : connectionOf(author)
}
