import { HubError, toHubError } from '../errors.ts'
import type { Gathered } from '../hub/cluster.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub } from '../hub/hub.ts'
import type { Whom } from '../hub/hub-parts.ts'
import { joinQuestion, leaveQuestion, whereaboutsQuestion, type MembershipChange, type MembershipOutcome } from '../hub/questions/membership.ts'
import { roomTopic, type RoomName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import { errorCodes, type ErrorCode } from '../protocol/error-codes.ts'
import { checkRoomName } from './room-name.ts'
import type { Rooms } from './rooms.ts'

/** What placement works with. */
export interface PlacementParts {
  readonly hub: Hub
  readonly rooms: Rooms
  readonly logger: Logger
}

/** Takes connections into rooms and out of them for the application, whatever nodes they are on. */
export class Placement {
  readonly #hub: Hub
  readonly #rooms: Rooms
  readonly #logger: Logger
  /** New connections on their way to where their user is, and the rooms that they have been taken out of meanwhile. */
  readonly #coming = new Map<Connection, Set<RoomName>>()

  constructor ({ hub, rooms, logger }: PlacementParts) {
    this.#hub = hub
    this.#rooms = rooms
    this.#logger = logger
    hub.cluster.answer(joinQuestion, async (change) => await this.#joinHere(change))
    hub.cluster.answer(leaveQuestion, async (change) => await this.#leaveHere(change))
    hub.cluster.answer(whereaboutsQuestion, ({ user }) => [...new Set(hub.ofUser(user).filter(joinsAsUser).flatMap(roomsOf))])
  }

  /** See {@link Rooms.join}. */
  async join (room: RoomName, whom: Whom): Promise<number> {
    checkRoomName(room)
    const id = idOf(whom)
    if (this.#hub.has(id)) return totalOf([await this.#joinHere({ room, user: id })])
    return this.#settle(room, await this.#hub.cluster.ask(joinQuestion, { room, user: id }))
  }

  /** See {@link Rooms.leave}. */
  async leave (room: RoomName, whom: Whom): Promise<number> {
    checkRoomName(room)
    const id = idOf(whom)
    if (this.#hub.has(id)) return totalOf([await this.#leaveHere({ room, user: id })])
    return this.#settle(room, await this.#hub.cluster.ask(leaveQuestion, { room, user: id }))
  }

  /**
   * Does for the user's other connections of such a dialect what a connection has done; what becomes of it is no matter of that
   * connection. Never rejects.
   */
  async follow (kind: 'join' | 'leave', room: RoomName, { id: but, user: { id: user } }: Connection): Promise<void> {
    const { answers, missing } = await this.#hub.cluster.ask(kind === 'join' ? joinQuestion : leaveQuestion, { room, user, but })
    const refusals = answers.map(({ answer }) => answer.refusal).filter((refusal) => refusal !== undefined)
    if (refusals.length > 0 || missing.length > 0) {
      this.#logger.warn({ room_id: room, user_id: user, refusals, missing_nodes: missing }, `not all connections of the user followed into a ${kind}`)
    }
  }

  /** Brings a new connection to where the user's others are. Nobody is told: the user is there already. Never rejects. */
  async catchUp (connection: Connection): Promise<void> {
    const { id, user } = connection
    const left = new Set<RoomName>()
    this.#coming.set(connection, left)
    const { answers, missing } = await this.#hub.cluster.ask(whereaboutsQuestion, { user: user.id })
    const rooms = [...new Set(answers.flatMap(({ answer }) => answer))]
    const entries = await Promise.allSettled(rooms.map(async (room) => await this.#rooms.enter(connection, room)))
    this.#coming.delete(connection)
    await Promise.all([...left].map(async (room) => await this.#rooms.exit(connection, room)))
    const refusals = entries.filter((entry) => entry.status === 'rejected').map(({ reason }) => toHubError(reason).toPayload())
    if (refusals.length > 0 || missing.length > 0) {
      this.#logger.warn({ client_id: id, user_id: user.id, refusals, missing_nodes: missing }, 'a connection is not in all rooms of its user')
    }
  }

  async #joinHere ({ room, ...whom }: MembershipChange): Promise<MembershipOutcome> {
    return await this.#each(whom, async (connection) => {
      this.#coming.get(connection)?.delete(room)
      const { info } = await this.#rooms.enter(connection, room)
      connection.sendPlace('room_info', info, { room, topic: roomTopic(room), position: info })
    })
  }

  async #leaveHere ({ room, ...whom }: MembershipChange): Promise<MembershipOutcome> {
    return await this.#each(whom, async (connection) => {
      this.#coming.get(connection)?.add(room)
      await this.#rooms.exit(connection, room)
    })
  }

  async #each ({ user, but }: Omit<MembershipChange, 'room'>, change: (connection: Connection) => Promise<void>): Promise<MembershipOutcome> {
    const followers = (connection: Connection): boolean => but === undefined || (connection.id !== but && joinsAsUser(connection))
    const outcomes = await Promise.allSettled(this.#hub.find(user).filter(followers).map(change))
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    const [first] = failures
    const connections = outcomes.length - failures.length
    if (first === undefined) return { connections }
    const { code, message } = toHubError(first.reason)
    return { connections, refusal: { code, message } }
  }

  #settle (room: RoomName, { answers, missing }: Gathered<MembershipOutcome>): number {
    if (missing.length > 0) this.#logger.warn({ room_id: room, missing_nodes: missing }, 'not every node said what became of a join or leave')
    return totalOf(answers.map(({ answer }) => answer))
  }
}

/** Connections of other dialects are in a room by themselves: nobody would tell them that another one has taken them out. */
function joinsAsUser ({ dialect }: Connection): boolean {
  return dialect.habits.joinsAsUser === true
}

function roomsOf ({ rooms }: Connection): RoomName[] {
  return [...rooms].filter(([, { member }]) => member).map(([room]) => room)
}

function idOf (whom: Whom): string {
  return typeof whom === 'string' ? whom : whom.id
}

/** For how many connections it was done; when for none, the first refusal is thrown. */
function totalOf (outcomes: readonly MembershipOutcome[]): number {
  const total = outcomes.reduce((sum, { connections }) => sum + connections, 0)
  const refusal = outcomes.find((outcome) => outcome.refusal !== undefined)?.refusal
  if (total === 0 && refusal !== undefined) throw new HubError(isErrorCode(refusal.code) ? refusal.code : 'INTERNAL_ERROR', refusal.message)
  return total
}

function isErrorCode (code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}
