import { HubError, toHubError } from '../errors.ts'
import type { Gathered } from '../hub/cluster.ts'
import type { Connection } from '../hub/connection.ts'
import type { Hub } from '../hub/hub.ts'
import type { Whom } from '../hub/hub-parts.ts'
import { joinQuestion, leaveQuestion, type MembershipOutcome } from '../hub/questions/membership.ts'
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

  constructor ({ hub, rooms, logger }: PlacementParts) {
    this.#hub = hub
    this.#rooms = rooms
    this.#logger = logger
    hub.cluster.answer(joinQuestion, async ({ room, user }) => await this.#joinHere(room, user))
    hub.cluster.answer(leaveQuestion, async ({ room, user }) => await this.#leaveHere(room, user))
  }

  /** See {@link Rooms.join}. */
  async join (room: RoomName, whom: Whom): Promise<number> {
    checkRoomName(room)
    const id = idOf(whom)
    if (this.#hub.has(id)) return totalOf([await this.#joinHere(room, id)])
    return this.#settle(room, await this.#hub.cluster.ask(joinQuestion, { room, user: id }))
  }

  /** See {@link Rooms.leave}. */
  async leave (room: RoomName, whom: Whom): Promise<number> {
    checkRoomName(room)
    const id = idOf(whom)
    if (this.#hub.has(id)) return totalOf([await this.#leaveHere(room, id)])
    return this.#settle(room, await this.#hub.cluster.ask(leaveQuestion, { room, user: id }))
  }

  async #joinHere (room: RoomName, id: string): Promise<MembershipOutcome> {
    return await this.#each(id, async (connection) => {
      const { info } = await this.#rooms.enter(connection, room)
      connection.sendPlace('room_info', info, { room, topic: roomTopic(room), position: info })
    })
  }

  async #leaveHere (room: RoomName, id: string): Promise<MembershipOutcome> {
    return await this.#each(id, async (connection) => { await this.#rooms.exit(connection, room) })
  }

  async #each (id: string, change: (connection: Connection) => Promise<void>): Promise<MembershipOutcome> {
    const outcomes = await Promise.allSettled(this.#hub.find(id).map(change))
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
