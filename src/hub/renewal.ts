import type { Identity } from '../auth/identity.ts'
import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { attempt, type MaybePromise } from '../maybe-promise.ts'
import { banOf } from '../relay/ban-list.ts'
import type { Relay } from '../relay/relay.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Connection } from './connection.ts'
import type { Expiry } from './expiry.ts'
import type { Hub } from './hub.ts'
import { banText } from './moderation.ts'
import { roleTopic, type RoomName, type TopicName } from './topics.ts'

/** Verifies a token as the door does. Throws or rejects with `UNAUTHORIZED`, with `UNAVAILABLE` when the keys cannot be had. */
export type Identify = (token: string) => MaybePromise<Identity>

/** What renewing works with. */
export interface RenewalParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly rooms: Rooms
  readonly expiry: Expiry
  readonly identify: Identify
  readonly logger: Logger
}

/** What came of a newer token. */
export interface Renewed {
  /** Its end, ms since 1970. */
  readonly expiresAtMs: number
  /** True when it ends so soon that the client is to be told right behind the answer. */
  readonly isNearEnd: boolean
  /** Rooms that the connection was in and that the newer token does not open. */
  readonly roomsLeft: readonly RoomName[]
}

/** Lets newer tokens take the place of those that connections came in with. */
export class Renewal {
  readonly #parts: RenewalParts

  constructor (parts: RenewalParts) {
    this.#parts = parts
  }

  /**
   * Verifies a newer token of the connection's own user; from then on its end, name, roles and grants count. Resolves when messages to its
   * new roles reach the connection. Rejects with `UNAUTHORIZED`, `FORBIDDEN` or `UNAVAILABLE`; then nothing has changed.
   */
  async renew (connection: Connection, token: string): Promise<Renewed> {
    if (connection.identity.expiresAtMs === undefined) throw unauthorized('a guest has no token to renew')
    const identity = await this.#parts.identify(token)
    const expiresAtMs = this.#checked(connection, identity)
    // From here to the first wait it is one step: nothing is delivered by halves of two tokens.
    const { expiresAtMs: endBefore } = connection.identity
    const added = this.#takeOver(connection, identity)
    // Of the end of the very same token nobody is told twice.
    const isNearEnd = this.#parts.expiry.watch(connection) && expiresAtMs !== endBefore
    const leaving = this.#parts.rooms.leaveForbidden(connection)
    this.#parts.logger.info({ client_id: connection.id, user_id: identity.userId, roles: identity.roles, expires_at_ms: expiresAtMs }, 'token refreshed')
    const reached = attempt(() => this.#parts.relay.subscribed(added), () => {})
    const [roomsLeft] = await Promise.all([leaving, reached])
    return { expiresAtMs, isNearEnd, roomsLeft }
  }

  /** The end of a token that may take over now. Verifying it may have taken a while: both tokens, and the user, may have come to an end. */
  #checked (connection: Connection, identity: Identity): number {
    const { hub, relay } = this.#parts
    const { userId, expiresAtMs = 0 } = identity
    hub.endExpired()
    if (connection.hasEnded) throw new HubError('UNAVAILABLE', 'the connection ended before its token was verified')
    if (userId !== connection.identity.userId) throw unauthorized('the token is another user\'s')
    if (Date.now() >= expiresAtMs) throw unauthorized('the token ended before it was verified')
    const ban = banOf(relay, identity)
    if (ban !== undefined) throw new HubError('FORBIDDEN', banText(ban))
    return expiresAtMs
  }

  /** Returns the topics of roles that the connection did not have before. */
  #takeOver (connection: Connection, identity: Identity): TopicName[] {
    const { hub, expiry } = this.#parts
    const { roles: before } = connection.identity
    expiry.unwatch(connection)
    hub.census.remove(connection)
    connection.renew(identity)
    hub.census.add(connection)
    for (const topic of without(before, identity.roles)) {
      connection.endHold(topic)
      hub.unsubscribe(connection, topic)
    }
    const added = without(identity.roles, before)
    for (const topic of added) hub.subscribe(connection, topic)
    return added
  }
}

/** Topics of the roles that are not among the others. */
function without (roles: readonly string[], others: readonly string[]): TopicName[] {
  return roles.filter((role) => !others.includes(role)).map(roleTopic)
}

function unauthorized (detail: string): HubError {
  return new HubError('UNAUTHORIZED', detail)
}
