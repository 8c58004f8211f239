import { HubError, toHubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import { Reunion, type Resumed, type Resumption, type Return } from '../hub/resumption.ts'
import { roomOfTopic, type TopicName } from '../hub/topics.ts'
import { attempt } from '../maybe-promise.ts'
import type { Position } from '../relay/relay-message.ts'
import type { Attending } from './attending.ts'

/** A topic with which a client comes back. */
export interface Claim {
  readonly since: Position
  /** True where the client was a member of the room, not only a subscriber. */
  readonly member: boolean
}

/** What became of a topic; one that came back has something to follow once the client has been told. */
export interface Homecoming {
  readonly topic: TopicName
  readonly outcome: Resumed | HubError
}

/** Brings clients back to many topics at once. */
export class Returns {
  readonly #resumption: Resumption
  readonly #attending: Attending

  constructor (resumption: Resumption, attending: Attending) {
    this.#resumption = resumption
    this.#attending = attending
  }

  /**
   * Rooms are entered as before, the connection's other topics it has already. A room that is refused is told as such; where it is not
   * known of a topic what becomes of it, it rejects with `UNAVAILABLE`, and the client asks again. Rejects with `UNAUTHORIZED` and
   * `FORBIDDEN`, too.
   */
  async resume (connection: Connection, claims: ReadonlyMap<TopicName, Claim>): Promise<Homecoming[]> {
    const refusal = this.#resumption.refusalOf(connection)
    if (refusal !== undefined) throw refusal
    const reunion = new Reunion(claims.keys())
    const homecomings = await Promise.all([...claims].map(async ([topic, { since, member }]) => {
      const outcome = await attempt(() => this.#resumeOne(connection, topic, member, { since, reunion }), (error) => {
        reunion.stayedAway(topic)
        return toHubError(error)
      })
      return { topic, outcome }
    }))
    const failure = homecomings.map(({ outcome }) => outcome).find(isFailure)
    if (failure === undefined) return homecomings
    for (const { outcome } of homecomings) {
      if ('replay' in outcome) outcome.replay.skip()
    }
    throw failure
  }

  async #resumeOne (connection: Connection, topic: TopicName, member: boolean, back: Return): Promise<Resumed> {
    const room = roomOfTopic(topic)
    if (room !== undefined) {
      const { stand } = await this.#attending.comeBack({ connection, room, as: member ? 'member' : 'subscriber' }, back, () => undefined)
      return stand
    }
    const hold = connection.holdTopic(topic)
    try {
      return await this.#resumption.resume({ connection, hold, ...back })
    } catch (error) {
      this.#resumption.cancel(connection, hold)
      throw error
    }
  }
}

/** True for what is no decision about the client, and may end otherwise the next time. */
function isFailure (outcome: Resumed | HubError): outcome is HubError {
  return outcome instanceof HubError && outcome.toPayload().severity === 'server'
}
