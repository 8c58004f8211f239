import { roomTopic, type RoomName } from '../hub/topics.ts'
import type { StreamMessage, StreamRange } from '../relay/history.ts'
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

/** Looks up what was said in rooms. */
export class RoomHistory {
  readonly #relay: Relay

  constructor (relay: Relay) {
    this.#relay = relay
  }

  /** A page of what is kept, with the place where the room's stream stands; `isFor` may leave messages out. Rejects with `INVALID_ROOM`, `UNAVAILABLE`. */
  async page (name: RoomName, { since, after: above, before, limit }: HistoryRequest, isFor: (message: StreamMessage) => boolean = () => true): Promise<HistoryPage> {
    const room = checkRoomName(name)
    const below = before === undefined ? {} : { before }
    let after = since?.seq ?? above
    let page = await this.#relay.read(roomTopic(room), { ...withAfter(after), ...below, limit })
    if (since !== undefined && since.epoch !== page.epoch) {
      after = 0
      page = await this.#relay.read(roomTopic(room), { after, ...below, limit })
    }
    const { epoch, seq, oldest, messages } = page
    const last = Math.min(seq, (before ?? Infinity) - 1)
    const hasMore = after === undefined ? (messages[0]?.seq ?? oldest) > oldest : (messages.at(-1)?.seq ?? last) < last
    return { epoch, seq, messages: messages.filter(isFor).map((message) => pastMessage(message, room)), more: hasMore }
  }
}

function withAfter (after: number | undefined): Pick<StreamRange, 'after'> {
  return after === undefined ? {} : { after }
}

function pastMessage ({ seq, message: { event } }: StreamMessage, room: RoomName): PastMessage {
  return { ...event, room: event.room ?? room, seq }
}
