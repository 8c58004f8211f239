import { timestamp } from '../clock.ts'
import type { HubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub } from '../hub/hub.ts'
import type { Whom } from '../hub/hub-parts.ts'
import { Resumption, type Return } from '../hub/resumption.ts'
import { membersTopic, roomTopic, userTopic, type RoomName, type TopicName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import { andThen, attempt, type MaybePromise } from '../maybe-promise.ts'
import { HUB_ROOM, type Attendance, type PresenceChange, type RoomSummary } from '../relay/presence-store.ts'
import type { Relay } from '../relay/relay.ts'
import { Attending } from './attending.ts'
import { Placement } from './placement.ts'
import type { Authorize, RoomAccess } from './room-access.ts'
import type { Entrance, RoomInfo, RoomLimits, RoomMembers, SubscriptionState } from './room-info.ts'
import { checkRoomName } from './room-name.ts'
import { RoomDirectory } from './room-directory.ts'
import { RoomHistory } from './room-history.ts'
import { Returns, type Claim, type Homecoming } from './returns.ts'
import { Rosters } from './rosters.ts'
import type { Typing } from './typing.ts'

/** What rooms work with. */
export interface RoomsParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly typing: Typing
  readonly limits: RoomLimits
  readonly access: RoomAccess
  readonly logger: Logger
}

/** Most users that one answer lists. */
const MAX_LISTED_USERS = 1_000

/** Rooms: who is a member, who only listens, and telling the members of each other. */
export class Rooms {
  /** Looks rooms up for administrators. */
  readonly directory: RoomDirectory
  /** What was said in rooms, as far as it is kept. */
  readonly history: RoomHistory
  /** Who may do what in which room. */
  readonly access: RoomAccess
  readonly #hub: Hub
  readonly #relay: Relay
  readonly #typing: Typing
  readonly #limits: RoomLimits
  readonly #placement: Placement
  readonly #attending: Attending
  readonly #returns: Returns
  readonly #resumption: Resumption
  readonly #rosters = new Rosters((room) => this.members(room))

  constructor ({ hub, relay, typing, limits, access, logger }: RoomsParts) {
    this.access = access
    this.directory = new RoomDirectory({ hub, relay, logger })
    this.#hub = hub
    this.#relay = relay
    this.#typing = typing
    this.#limits = limits
    const resumption = this.#resumption = new Resumption({ relay, logger })
    this.#attending = new Attending({ hub, relay, typing, limits, logger, resumption, access, rosters: this.#rosters })
    this.#returns = new Returns(resumption, this.#attending)
    this.history = new RoomHistory(relay)
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

  /** What a connection has joined as, its user's others of such a dialect join, too, on whatever nodes: each is sent its `room_info`. Never rejects. */
  async joinOthers (room: RoomName, connection: Connection): Promise<void> {
    if (await this.#hasOthers(connection)) await this.#placement.follow('join', room, connection)
  }

  /** The other way round: a new connection comes into the rooms where its user is by others of such a dialect. Never rejects. */
  async joinUser (connection: Connection): Promise<void> {
    if (await this.#hasOthers(connection)) await this.#placement.catchUp(connection)
  }

  /** The end of {@link joinOthers}. */
  async leaveOthers (room: RoomName, connection: Connection): Promise<void> {
    if (await this.#hasOthers(connection)) await this.#placement.follow('leave', room, connection)
  }

  /**
   * Makes one connection a member; one that comes back is shown what it missed, once the replay is started. Rejects with `UNAUTHORIZED`,
   * `FORBIDDEN`, `TOO_MANY_ROOMS`, `ROOM_FULL` or `UNAVAILABLE`.
   */
  async enter (connection: Connection, room: RoomName, back?: Return): Promise<Entrance<RoomInfo>> {
    const way = { connection, room, as: 'member' } as const
    const members = (): Promise<RoomMembers> => this.#rosters.read(connection, room)
    if (back === undefined) {
      const { answer, stand } = await this.#attending.enter(way, members)
      return { info: { ...answer, ...stand } }
    }
    const { answer, stand: { state, replay } } = await this.#attending.comeBack(way, back, members)
    return { info: { ...answer, ...state }, replay }
  }

  /** Ends a membership, if there is one. */
  async exit (connection: Connection, room: RoomName): Promise<void> {
    await this.#attending.exit(connection, room, 'member')
  }

  /** Lets a connection receive a room's messages without being seen. Throws like {@link enter}. */
  async subscribe (connection: Connection, room: RoomName, back?: Return): Promise<Entrance<SubscriptionState>> {
    const way = { connection, room, as: 'subscriber' } as const
    if (back === undefined) {
      const { connections, stand } = await this.#attending.enter(way, () => undefined)
      return { info: { room, client_count: connections, ...stand } }
    }
    const { connections, stand: { state, replay } } = await this.#attending.comeBack(way, back, () => undefined)
    return { info: { room, client_count: connections, ...state }, replay }
  }

  /** Ends a subscription. Where there is none it throws what asking who is in the room throws, as `FORBIDDEN` or `NOT_IN_ROOM`. */
  async unsubscribe (connection: Connection, room: RoomName): Promise<SubscriptionState> {
    // Whoever is subscribed knows of the room, and may end that whatever the rules say by now.
    if (connection.rooms.get(room)?.subscriber !== true) await this.access.check(connection, 'presence', room)
    const { connections } = await this.#attending.exit(connection, room, 'subscriber')
    return { room, client_count: connections, ...await this.#relay.position(roomTopic(room)) }
  }

  /** Why a connection may be shown nothing of the past any more; undefined for one that may. */
  refusalOf (connection: Connection): HubError | undefined {
    return this.#resumption.refusalOf(connection)
  }

  /** Brings a connection back to many topics at once, see {@link Returns}. */
  async resume (connection: Connection, claims: ReadonlyMap<TopicName, Claim>): Promise<Homecoming[]> {
    return await this.#returns.resume(connection, claims)
  }

  /** Takes an ended connection out of everything; its user stays present for the grace. */
  async leaveAll (connection: Connection, graceMs: number): Promise<void> {
    this.#typing.stopAll(connection)
    // All are under way: one that fails does not keep the connection in the other rooms.
    await Promise.all([...connection.rooms.keys()].flatMap((room) => this.#exits(connection, room, graceMs)))
  }

  /**
   * Takes a connection out of the rooms that its token does not open any more, as what it does not open them to, and returns those where it
   * is not any more. Never rejects: it gets nothing from them in any case, and at once where no application has to be asked.
   */
  async leaveForbidden (connection: Connection): Promise<RoomName[]> {
    const rooms = [...connection.rooms.keys()]
    await Promise.all(rooms.flatMap((room) => [this.#exitUnlessAllowed(connection, room, 'member'), this.#exitUnlessAllowed(connection, room, 'subscriber')]))
    return rooms.filter((room) => !connection.rooms.has(room))
  }

  /** From now on the application is asked who may do what in which room. */
  authorize (authorize: Authorize): void {
    this.access.authorizeBy(authorize)
  }

  /** Never throws or rejects. */
  #exitUnlessAllowed (connection: Connection, room: RoomName, as: Attendance): MaybePromise<unknown> {
    if (connection.rooms.get(room)?.[as] !== true) return undefined
    return andThen(this.access.allows(connection, as === 'member' ? 'join' : 'subscribe', room), (isAllowed) => (
      isAllowed ? undefined : attempt(() => this.#attending.exit(connection, room, as), () => {})
    ))
  }

  #exits (connection: Connection, room: RoomName, graceMs: number): Array<Promise<unknown>> {
    const { member = false, subscriber = false } = connection.rooms.get(room) ?? {}
    return [
      ...(subscriber ? [this.#attending.exit(connection, room, 'subscriber')] : []),
      ...(member ? [this.#attending.exit(connection, room, 'member', graceMs)] : [])
    ]
  }

  /** True also where it cannot be learned. */
  async #hasOthers ({ user }: Connection): Promise<boolean> {
    return await attempt(() => andThen(this.#relay.presence.connectionsOf(HUB_ROOM, user.id), (count) => count > 1), () => true)
  }

  /** Tells the members here, but not the user's own connections, of an arrival or departure. */
  #tell (change: PresenceChange): void {
    const { kind, room, user, users } = change
    const members = this.#rosters.note(change)
    const usersWithIt = kind === 'left' ? users + 1 : users
    if (usersWithIt > this.#limits.presenceMax) return
    const event = { type: `user_${kind}`, room, payload: user, sender: user, timestamp: timestamp(), ...(members !== undefined && { members }) }
    this.#hub.deliver({ topics: [membersTopic(room)], except: [userTopic(user.id)], event, positions: [undefined] })
  }
}
