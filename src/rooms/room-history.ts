import { roomTopic, type RoomName } from '../hub/topics.ts'
import type { StreamMessage, StreamPage, StreamRange } from '../relay/history.ts'
import type { OutboundEvent, Position } from '../relay/relay-message.ts'
import type { Relay } from '../relay/relay.ts'
import { checkRoomName } from './room-name.ts'

/** Which messages of a room are wanted; with neither position, the newest. */
export interface HistoryRequest {
  /** Only later ones, the earliest of them first; a position in another epoch stands for the beginning. */
  readonly since?: Position | undefined
  /** Only those above this number, whatever the epoch. */
  readonly after?: number | undefined
  /** Only messages below this number. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A message as it was received, with its number. */
export type PastMessage = OutboundEvent & { readonly room: RoomName, readonly seq: number }

/** A part of what was said in a room. */
export interface HistoryPage extends Position {
  /** In their order. */
  readonly messages: readonly PastMessage[]
  /** True when there are more in the direction that was asked for. */
  readonly more: boolean
}

/** Messages read at once where the reader is shown none of them. */
const SEARCH_PAGE = 100

/** Looks up what was said in rooms. */
export class RoomHistory {
  readonly #relay: Relay

  constructor (relay: Relay) {
    this.#relay = relay
  }

  /** A page of what is kept, with the place where the room's stream stands; `isFor` may leave messages out. Rejects with `INVALID_ROOM`, `UNAVAILABLE`. */
  async page (name: RoomName, { since, after = since?.seq, before, limit }: HistoryRequest, isFor: (message: StreamMessage) => boolean = () => true): Promise<HistoryPage> {
    const room = checkRoomName(name)
    const topic = roomTopic(room)
    let range: StreamRange = { ...(after !== undefined && { after }), ...(before !== undefined && { before }), limit }
    let page = await this.#relay.read(topic, range)
    if (since !== undefined && since.epoch !== page.epoch) {
      range = { ...range, after: 0 }
      page = await this.#relay.read(topic, range)
    }
    // A page that shows nothing would leave the reader without a place to go on from.
    while (hasMore(page, range) && !page.messages.some(isFor)) {
      range = beyond(page, range)
      page = await this.#relay.read(topic, range)
    }
    const { epoch, seq } = page
    const visible = page.messages.filter(isFor)
    const shown = range.after === undefined ? visible.slice(-limit) : visible.slice(0, limit)
    return { epoch, seq, messages: shown.map((message) => pastMessage(message, room)), more: hasMore(page, range) || shown.length < visible.length }
  }
}

/** Tells whether there is more in the direction of the range. */
function hasMore ({ seq, oldest, messages }: StreamPage, { after, before = Infinity }: StreamRange): boolean {
  const last = Math.min(seq, before - 1)
  return after === undefined ? (messages[0]?.seq ?? oldest) > oldest : (messages.at(-1)?.seq ?? last) < last
}

/** What comes next in the direction of the range: larger pages, for nothing of the last was wanted. */
function beyond ({ messages }: StreamPage, range: StreamRange): StreamRange {
  const end = range.after === undefined ? { before: messages[0]?.seq ?? 0 } : { after: messages.at(-1)?.seq ?? Infinity }
  return { ...range, ...end, limit: SEARCH_PAGE }
}

function pastMessage ({ seq, message: { event: { origin: _, ...event } } }: StreamMessage, room: RoomName): PastMessage {
  return { ...event, room: event.room ?? room, seq }
}
