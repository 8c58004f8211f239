import { HubError, toHubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub } from '../hub/hub.ts'
import type { Resumed, Resumption, Return } from '../hub/resumption.ts'
import { membersTopic, roomTopic, type RoomName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import { andThen, attempt, type MaybePromise } from '../maybe-promise.ts'
import type { Attendance, Exit, Occupant } from '../relay/presence-store.ts'
import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import type { RoomLimits } from './room-info.ts'
import type { RoomAccess } from './room-access.ts'
import type { Rosters } from './rosters.ts'
import type { Typing } from './typing.ts'

/** What coming and going works with. */
export interface AttendingParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly typing: Typing
  readonly limits: RoomLimits
  readonly resumption: Resumption
  readonly rosters: Rosters
  readonly access: RoomAccess
  readonly logger: Logger
}

/** A connection's way into a room. */
export interface Way {
  readonly connection: Connection
  readonly room: RoomName
  readonly as: Attendance
}

/** A connection that is in. */
export interface Admitted<Stand, Answer> {
  /** All connections of the room. */
  readonly connections: number
  /** Where it is in the stream of the room's messages. */
  readonly stand: Stand
  readonly answer: Answer
}

/** What is read once a connection is in. */
interface Reads<Stand, Answer> {
  readonly stand: () => MaybePromise<Stand>
  readonly answer: () => MaybePromise<Answer>
}

/** Takes connections into rooms and out of them, in the store of presence and on this node. */
export class Attending {
  readonly #parts: AttendingParts

  constructor (parts: AttendingParts) {
    this.#parts = parts
  }

  /**
   * Takes a connection in; `answer` gets what else it is told. Where any of it fails the connection is not in by it. Rejects with
   * `FORBIDDEN`, `TOO_MANY_ROOMS`, `ROOM_FULL`, `UNAVAILABLE`, and what `answer` rejects with.
   */
  async enter<Answer> (way: Way, answer: () => MaybePromise<Answer>): Promise<Admitted<Position, Answer>> {
    // What is published from here on reaches the connection, and what was before is below the position.
    return await this.#admit(way, { answer, stand: () => this.#parts.relay.position(roomTopic(way.room)) })
  }

  /** The same for a client that comes back: what it missed follows when the replay is started. Rejects with `UNAUTHORIZED`, too. */
  async comeBack<Answer> (way: Way, back: Return, answer: () => MaybePromise<Answer>): Promise<Admitted<Resumed, Answer>> {
    const { resumption } = this.#parts
    const { connection, room } = way
    // Before it is subscribed: what comes from here on has to wait for what it missed.
    const hold = connection.holdTopic(roomTopic(room))
    try {
      return await this.#admit(way, { answer, stand: () => resumption.resume({ connection, hold, ...back }) })
    } catch (error) {
      resumption.cancel(connection, hold)
      throw error
    }
  }

  /** Takes a connection out, if it is in that way; the user stays present for the grace. */
  async exit (connection: Connection, room: RoomName, as: Attendance, graceMs = 0): Promise<Exit> {
    const { typing, relay, rosters } = this.#parts
    if (as === 'member') {
      typing.stop(connection, room)
      rosters.end(connection, room)
    }
    const attended = this.#unattend(connection, room, as)
    const exit = await relay.presence.leave(room, occupantOf(connection, as), graceMs)
    if (attended) this.#logExit(connection, room, exit)
    return exit
  }

  async #admit<Stand, Answer> (way: Way, { stand, answer }: Reads<Stand, Answer>): Promise<Admitted<Stand, Answer>> {
    const { connection, room, as } = way
    const { relay, limits, logger, resumption } = this.#parts
    const refusal = resumption.refusalOf(connection)
    if (refusal !== undefined) throw refusal
    const { identity } = connection
    await this.#checkAccess(way)
    const obstacleBefore = this.#obstacle(connection, room)
    if (obstacleBefore !== undefined) throw obstacleBefore
    const occupant = occupantOf(connection, as)
    const { presence } = relay
    const entry = await presence.enter(room, occupant, limits.maxConnectionsPerRoom)
    if (!entry.admitted) throw new HubError('ROOM_FULL', 'room is at maximum capacity')
    let obstacle = this.#obstacle(connection, room)
    // Another token may have taken over meanwhile, and one more while that is asked about. Behind the last look nothing is waited for.
    for (let asked = identity; obstacle === undefined && asked !== connection.identity;) {
      asked = connection.identity
      obstacle = await this.#refusalOf(way) ?? this.#obstacle(connection, room)
    }
    if (obstacle !== undefined) return await this.#undo(room, occupant, obstacle)
    const isNew = this.#attend(way)
    logger.debug({ client_id: connection.id, room_id: room, as, room_size: entry.connections }, 'client joined room')
    try {
      // Of who comes and goes from here on the connection is told, and of who was here before it gets a list.
      const standing = as === 'member' ? relay.subscribed([membersTopic(room)]) : undefined
      const [stood] = await Promise.all([stand(), standing])
      return { connections: entry.connections, stand: stood, answer: await answer() }
    } catch (error) {
      // Who is told that it failed must not be in by it.
      if (isNew) await this.exit(connection, room, as).catch(() => {})
      throw error
    }
  }

  /** Why the connection cannot come into the room. Asked before and after the wait: several entries may be under way at once. */
  #obstacle ({ rooms, hasEnded }: Connection, room: RoomName): HubError | undefined {
    const { maxRoomsPerClient } = this.#parts.limits
    if (hasEnded) return new HubError('UNAVAILABLE', 'the connection ended during the join')
    const isFull = maxRoomsPerClient > 0 && !rooms.has(room) && rooms.size >= maxRoomsPerClient
    return isFull ? new HubError('TOO_MANY_ROOMS', `at most ${maxRoomsPerClient} rooms per connection`) : undefined
  }

  #checkAccess ({ connection, room, as }: Way): MaybePromise<void> {
    return this.#parts.access.check(connection, as === 'member' ? 'join' : 'subscribe', room)
  }

  /** Why the connection may not come in by the token that it has now. */
  #refusalOf (way: Way): MaybePromise<HubError | undefined> {
    return attempt(() => andThen(this.#checkAccess(way), () => undefined), toHubError)
  }

  /** False when the connection was in the room that way before. */
  #attend ({ connection, room, as }: Way): boolean {
    const { hub } = this.#parts
    const membership = connection.rooms.get(room) ?? { member: false, subscriber: false }
    if (membership[as]) return false
    membership[as] = true
    connection.rooms.set(room, membership)
    hub.subscribe(connection, roomTopic(room))
    if (as === 'member') hub.subscribe(connection, membersTopic(room))
    return true
  }

  /** Takes back an entry that cannot stand. */
  async #undo (room: RoomName, occupant: Occupant, why: HubError): Promise<never> {
    await this.#parts.relay.presence.leave(room, occupant, 0)
    throw why
  }

  /** False when the connection was not in the room that way. */
  #unattend (connection: Connection, room: RoomName, as: Attendance): boolean {
    const { hub } = this.#parts
    const membership = connection.rooms.get(room)
    if (membership === undefined || !membership[as]) return false
    membership[as] = false
    if (as === 'member') hub.unsubscribe(connection, membersTopic(room))
    if (membership.member || membership.subscriber) return true
    connection.rooms.delete(room)
    connection.endHold(roomTopic(room))
    hub.unsubscribe(connection, roomTopic(room))
    return true
  }

  #logExit ({ id }: Connection, room: RoomName, { connections, users }: Exit): void {
    const { logger } = this.#parts
    logger.debug({ client_id: id, room_id: room, room_size: connections }, 'client left room')
    if (connections === 0 && users === 0) logger.debug({ room_id: room }, 'room removed (empty)')
  }
}

function occupantOf (connection: Connection, as: Attendance): Occupant {
  return { connectionId: connection.id, user: connection.user, as }
}
