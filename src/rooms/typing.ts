import { monotonicMs, timestamp } from '../clock.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub } from '../hub/hub.ts'
import { membersTopic, userTopic, type RoomName } from '../hub/topics.ts'

/** How typing notices are thinned out and ended, in ms. */
export interface TypingTimings {
  readonly typingTimeoutMs: number
  readonly typingRepeatMs: number
}

/** What the others have been shown of one member. */
interface Shown {
  /** When each state was last told, on the clock of `monotonicMs`. */
  readonly toldAt: { typing: number, stopped: number }
  /** Runs while the others believe that the member types. */
  timeout: NodeJS.Timeout | undefined
}

/** A connection types in so many rooms at most; only where rooms need no membership could there be more. */
const MAX_ROOMS = 128

/** Typing notices: passed on at most once a second per state, and taken back when the typist falls silent. */
export class Typing {
  readonly #hub: Hub
  readonly #timings: TypingTimings
  readonly #shown = new Map<Connection, Map<RoomName, Shown>>()

  constructor (hub: Hub, timings: TypingTimings) {
    this.#hub = hub
    this.#timings = timings
  }

  /** Passes a member's notice on to the others in the room, unless the same was told just now. */
  tell (connection: Connection, room: RoomName, isTyping: boolean): void {
    const shown = this.#shownOf(connection, room)
    const state = isTyping ? 'typing' : 'stopped'
    const now = monotonicMs()
    if (now - shown.toldAt[state] < this.#timings.typingRepeatMs) {
      if (isTyping) shown.timeout?.refresh()
      else this.#stopLater(connection, room, shown)
      return
    }
    shown.toldAt[state] = now
    clearTimeout(shown.timeout)
    shown.timeout = isTyping ? this.#startTimeout(connection, room, shown, this.#timings.typingTimeoutMs) : undefined
    this.#publish(connection, room, isTyping)
  }

  /** The connection left the room: takes back what the others may still believe. */
  stop (connection: Connection, room: RoomName): void {
    const rooms = this.#shown.get(connection)
    const shown = rooms?.get(room)
    if (rooms === undefined || shown === undefined) return
    rooms.delete(room)
    if (rooms.size === 0) this.#shown.delete(connection)
    if (shown.timeout === undefined) return
    clearTimeout(shown.timeout)
    this.#publish(connection, room, false)
  }

  /** The connection ended: takes back everything, also in rooms that it was no member of. */
  stopAll (connection: Connection): void {
    for (const room of [...this.#shown.get(connection)?.keys() ?? []]) this.stop(connection, room)
  }

  /** Stops all timers. */
  close (): void {
    for (const rooms of this.#shown.values()) {
      for (const { timeout } of rooms.values()) clearTimeout(timeout)
    }
    this.#shown.clear()
  }

  /** A stop so soon after the last one is not passed on at once, but the others must not believe in typing for long. */
  #stopLater (connection: Connection, room: RoomName, shown: Shown): void {
    if (shown.timeout === undefined) return
    clearTimeout(shown.timeout)
    shown.timeout = this.#startTimeout(connection, room, shown, this.#timings.typingRepeatMs)
  }

  #startTimeout (connection: Connection, room: RoomName, shown: Shown, delayMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      shown.timeout = undefined
      this.#publish(connection, room, false)
    }, delayMs)
  }

  #shownOf (connection: Connection, room: RoomName): Shown {
    const rooms = this.#shown.get(connection) ?? new Map<RoomName, Shown>()
    this.#shown.set(connection, rooms)
    const shown = rooms.get(room) ?? { toldAt: { typing: -Infinity, stopped: -Infinity }, timeout: undefined }
    rooms.set(room, shown)
    const [oldest] = rooms.keys()
    if (rooms.size > MAX_ROOMS && oldest !== undefined) this.stop(connection, oldest)
    return shown
  }

  #publish (connection: Connection, room: RoomName, isTyping: boolean): void {
    const event = {
      type: 'user_typing',
      room,
      payload: { is_typing: isTyping },
      sender: connection.user,
      timestamp: timestamp()
    }
    this.#hub.publishUnawaited({ topics: [membersTopic(room)], except: [userTopic(connection.user.id)], event, ephemeral: true })
  }
}
