import type { Dialect } from '../protocol/dialect.ts'
import type { OutboundEvent, Position } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { deflateFrame } from './deflate.ts'
import { encodeTextFrame, type Frame } from './frame.ts'
import { roomOfTopic, type TopicName } from './topics.ts'

/** What connections of one kind are written: a wire format, compressed or not. */
interface Variant {
  readonly dialect: Dialect
  readonly compresses: boolean
  readonly frame: Frame
}

/** One message as those see it who get it by a certain topic: encoded once per dialect, framed once. */
export class Copy {
  readonly #event: OutboundEvent
  readonly #topic: TopicName
  readonly #position: Position | undefined
  /** Nearly always one, and asked for every member of a room: a list is looked through faster than a map. */
  readonly #variants: Variant[] = []

  constructor (event: OutboundEvent, topic: TopicName, position: Position | undefined) {
    const room = event.room ?? roomOfTopic(topic)
    this.#event = room === undefined ? event : { ...event, room }
    this.#topic = topic
    this.#position = position
  }

  /** Queues it; false when the connection did not take it. */
  deliverTo (connection: Connection): boolean {
    return connection.deliver(this.#frameFor(connection.dialect, connection.compresses), this.#topic, this.#position)
  }

  /** The bytes for a connection. */
  frameOf ({ dialect, compresses }: Connection): Frame {
    return this.#frameFor(dialect, compresses)
  }

  #frameFor (dialect: Dialect, compresses: boolean): Frame {
    for (const variant of this.#variants) {
      if (variant.dialect === dialect && variant.compresses === compresses) return variant.frame
    }
    const frame = compresses ? deflateFrame(this.#frameFor(dialect, false)) : this.#encode(dialect)
    this.#variants.push({ dialect, compresses, frame })
    return frame
  }

  #encode (dialect: Dialect): Frame {
    return encodeTextFrame(dialect.encode({ event: this.#event, position: this.#position, topic: this.#topic }))
  }
}
