import { timestamp } from '../clock.ts'
import { HubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub, Whom } from '../hub/hub.ts'
import { membersTopic, roomTopic, userTopic, type RoomName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import { isPromise } from '../maybe-promise.ts'
import type { Attendance, Exit, Occupant, PresenceChange, RoomSummary } from '../relay/presence-store.ts'
import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import { Placement } from './placement.ts'
import type { RoomInfo, RoomLimits, RoomMembers, SubscriptionState } from './room-info.ts'
import { checkRoomName } from './room-name.ts'
import { RoomDirectory } from './room-directory.ts'
import type { Typing } from './typing.ts'

/** What rooms work with. */
export interface RoomsParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly typing: Typing
  readonly limits: RoomLimits
  readonly logger: Logger
}

/** Most users that one answer lists. */
const MAX_LISTED_USERS = 1_000

interface Admitted {
  readonly connections: number
  readonly position: Position
}

/** Rooms: who is a member, who only listens, and telling the members of each other. */
export class Rooms {
  /** Looks rooms up for administrators. */
  readonly directory: RoomDirectory
  readonly #hub: Hub
  readonly #relay: Relay
  readonly #typing: Typing
  readonly #limits: RoomLimits
  readonly #logger: Logger
  readonly #placement: Placement

  constructor ({ hub, relay, typing, limits, logger }: RoomsParts) {
    this.directory = new RoomDirectory({ hub, relay, logger })
    this.#hub = hub
    this.#relay = relay
    this.#typing = typing
    this.#limits = limits
    this.#logger = logger
    this.#placement = new Placement({ hub, rooms: this, logger })
    relay.presence.onChange((change) => this.#tell(change))
  }

  /** The users present in a room, over all nodes. Throws `INVALID_ROOM`. */
  async members (room: RoomName): Promise<RoomMembers> {
    const { users, count } = await this.#relay.presence.members(checkRoomName(room), MAX_LISTED_USERS)
    return { room_id: room, users, count, ...(count > users.length && { truncated: true as const }) }
  }

  /** Rooms with anybody in them, over all nodes; while that cannot be learned, on this one. */
  async list (): Promise<readonly RoomSummary[]> {
    return (await this.directory.list()).rooms
  }

  /**
   * Makes connections members and sends each its `room_info`; a user means all its connections, on all nodes. Returns how many are in, as
   * far as the nodes said in time.
   * Throws `INVALID_ROOM`, and what {@link enter} throws when none of them could be let in.
   */
  async join (room: RoomName, whom: Whom): Promise<number> {
    return await this.#placement.join(room, whom)
  }

  /** The end of {@link join}. Returns how many connections were meant. Throws `INVALID_ROOM`. */
  async leave (room: RoomName, whom: Whom): Promise<number> {
    return await this.#placement.leave(room, whom)
  }

  /** Makes one connection a member. Throws `TOO_MANY_ROOMS` or `ROOM_FULL`. */
  async enter (connection: Connection, room: RoomName): Promise<RoomInfo> {
    const { position } = await this.#admit(connection, room, 'member')
    return { ...await this.members(room), ...position }
  }

  /** Ends a membership, if there is one. */
  async exit (connection: Connection, room: RoomName): Promise<void> {
    await this.#withdraw(connection, room, 'member')
  }

  /** Lets a connection receive a room's messages without being seen. Throws like {@link enter}. */
  async subscribe (connection: Connection, room: RoomName): Promise<SubscriptionState> {
    const { connections, position } = await this.#admit(connection, room, 'subscriber')
    return { room, client_count: connections, ...position }
  }

  /** Ends a subscription, if there is one. */
  async unsubscribe (connection: Connection, room: RoomName): Promise<SubscriptionState> {
    const { connections } = await this.#withdraw(connection, room, 'subscriber')
    return { room, client_count: connections, ...await this.#relay.position(roomTopic(room)) }
  }

  /** Takes an ended connection out of everything; its user stays present for the grace. */
  async leaveAll (connection: Connection, graceMs: number): Promise<void> {
    this.#typing.stopAll(connection)
    const exits = [...connection.rooms].flatMap(([room, { member, subscriber }]) => [
      ...(subscriber ? [this.#withdraw(connection, room, 'subscriber')] : []),
      ...(member ? [this.#withdraw(connection, room, 'member', graceMs)] : [])
    ])
    // All are under way: one that fails does not keep the connection in the other rooms.
    await Promise.all(exits)
  }

  async #admit (connection: Connection, room: RoomName, as: Attendance): Promise<Admitted> {
    const obstacleBefore = this.#obstacle(connection, room)
    if (obstacleBefore !== undefined) throw obstacleBefore
    const occupant = occupantOf(connection, as)
    const entry = await this.#relay.presence.enter(room, occupant, this.#limits.maxConnectionsPerRoom)
    if (!entry.admitted) throw new HubError('ROOM_FULL', 'room is at maximum capacity')
    const obstacle = this.#obstacle(connection, room)
    if (obstacle !== undefined) return await this.#undo(room, occupant, obstacle)
    this.#attend(connection, room, as)
    this.#logger.debug({ client_id: connection.id, room_id: room, as, room_size: entry.connections }, 'client joined room')
    // Of who comes and goes from here on the connection is told, and of who was here before it gets a list.
    const standing = as === 'member' ? this.#relay.subscribed([membersTopic(room)]) : undefined
    if (isPromise(standing)) await standing
    // What is published from here on reaches the connection, and what was before is below the position.
    return { connections: entry.connections, position: await this.#relay.position(roomTopic(room)) }
  }

  /** Why the connection cannot come into the room. Asked before and after the wait: several entries may be under way at once. */
  #obstacle ({ rooms, hasEnded }: Connection, room: RoomName): HubError | undefined {
    const { maxRoomsPerClient } = this.#limits
    if (hasEnded) return new HubError('UNAVAILABLE', 'the connection ended during the join')
    const isFull = maxRoomsPerClient > 0 && !rooms.has(room) && rooms.size >= maxRoomsPerClient
    return isFull ? new HubError('TOO_MANY_ROOMS', `at most ${maxRoomsPerClient} rooms per connection`) : undefined
  }

  #attend (connection: Connection, room: RoomName, as: Attendance): void {
    const membership = connection.rooms.get(room) ?? { member: false, subscriber: false }
    if (membership[as]) return
    membership[as] = true
    connection.rooms.set(room, membership)
    this.#hub.subscribe(connection, roomTopic(room))
    if (as === 'member') this.#hub.subscribe(connection, membersTopic(room))
  }

  /** Takes back an entry that cannot stand. */
  async #undo (room: RoomName, occupant: Occupant, why: HubError): Promise<never> {
    await this.#relay.presence.leave(room, occupant, 0)
    throw why
  }

  async #withdraw (connection: Connection, room: RoomName, as: Attendance, graceMs = 0): Promise<Exit> {
    if (as === 'member') this.#typing.stop(connection, room)
    const attended = this.#unattend(connection, room, as)
    const exit = await this.#relay.presence.leave(room, occupantOf(connection, as), graceMs)
    if (attended) this.#logExit(connection, room, exit)
    return exit
  }

  /** False when the connection was not in the room that way. */
  #unattend (connection: Connection, room: RoomName, as: Attendance): boolean {
    const membership = connection.rooms.get(room)
    if (membership === undefined || !membership[as]) return false
    membership[as] = false
    if (as === 'member') this.#hub.unsubscribe(connection, membersTopic(room))
    if (membership.member || membership.subscriber) return true
    connection.rooms.delete(room)
    this.#hub.unsubscribe(connection, roomTopic(room))
    return true
  }

  #logExit ({ id }: Connection, room: RoomName, { connections, users }: Exit): void {
    this.#logger.debug({ client_id: id, room_id: room, room_size: connections }, 'client left room')
    if (connections === 0 && users === 0) this.#logger.debug({ room_id: room }, 'room removed (empty)')
  }

  /** Tells the members here, but not the user's own connections, of an arrival or departure. */
  #tell ({ kind, room, user, users }: PresenceChange): void {
    const usersWithIt = kind === 'left' ? users + 1 : users
    if (usersWithIt > this.#limits.presenceMax) return
    const event = { type: `user_${kind}`, room, payload: user, sender: user, timestamp: timestamp() }
    this.#hub.deliver({ topics: [membersTopic(room)], except: [userTopic(user.id)], event, positions: [undefined] })
  }
}

function occupantOf (connection: Connection, as: Attendance): Occupant {
  return { connectionId: connection.id, user: connection.user, as }
}
