import type { Logger } from '../logger.ts'
import { andThen, attempt, type MaybePromise } from '../maybe-promise.ts'
import type { Ban } from '../relay/ban-list.ts'
import { HUB_ROOM, type Roster } from '../relay/presence-store.ts'
import type { Relay } from '../relay/relay.ts'
import type { Census } from './census.ts'
import type { Cluster, Gathered } from './cluster.ts'
import type { Connection } from './connection.ts'
import { sessionsQuestion, type Session } from './questions/sessions.ts'

/** What users are looked up with. */
export interface UsersParts {
  readonly nodeId: string
  readonly census: Census
  readonly relay: Relay
  readonly cluster: Cluster
  /** A user's connections on this node. */
  readonly ofUser: (userId: string) => readonly Connection[]
  readonly logger: Logger
}

/** A user's connections, the oldest first. */
export interface UserSessions {
  readonly sessions: readonly Session[]
  /** Nodes that did not say which are theirs. */
  readonly missing: readonly string[]
}

/** All that is known of one user. */
export interface UserState extends UserSessions {
  readonly isOnline: boolean
  /** When a connection last came or went, ms since 1970. */
  readonly lastSeenMs: number | undefined
  readonly ban: Ban | undefined
}

/** Some of the users online. */
export interface UserPage extends Roster {
  /** Nodes whose users are not in it. */
  readonly missing: readonly string[]
}

/** So many users at a time are read from the store. */
const PAGE = 1_000

/** Who is online, and where, over all nodes. */
export class Users {
  readonly #parts: UsersParts

  constructor (parts: UsersParts) {
    this.#parts = parts
    parts.cluster.answer(sessionsQuestion, ({ user }) => parts.ofUser(user).map((connection) => this.#toSession(connection)))
  }

  /** True when the user has a connection on any node. Never rejects: when that cannot be learned, this node's connections count. */
  async isOnline (userId: string): Promise<boolean> {
    const { census, relay: { presence } } = this.#parts
    return census.ofUser(userId) > 0 || await this.#known(async () => await presence.connectionsOf(HUB_ROOM, userId), 0) > 0
  }

  /** Ids of all users with a connection on any node. Never rejects: when they cannot be learned, those of this node. */
  async online (): Promise<string[]> {
    return await this.#known(async () => await this.#all(), this.#parts.census.userIds())
  }

  /** Some of the users online, and how many there are. Never rejects: when they cannot be learned, those of this node. */
  async page (limit: number, offset: number): Promise<UserPage> {
    const { census, relay: { presence }, ofUser, cluster } = this.#parts
    const page = await this.#known<Roster | undefined>(async () => await presence.members(HUB_ROOM, limit, offset), undefined)
    if (page !== undefined) return { ...page, missing: [] }
    const users = census.userIds().slice(offset, offset + limit).flatMap((id) => ofUser(id).slice(0, 1).map(({ user }) => user))
    return { users, count: census.userCount, missing: await cluster.silent() }
  }

  /** How many connections the user has on other nodes; 0 when that cannot be learned. Waits only where the answer is elsewhere. */
  connectionsElsewhere (userId: string): MaybePromise<number> {
    const { census, relay: { presence } } = this.#parts
    const total = this.#known(() => presence.connectionsOf(HUB_ROOM, userId), 0)
    return andThen(total, (count) => Math.max(0, count - census.ofUser(userId)))
  }

  /** The connections of a user on all nodes. Never rejects. */
  async sessionsOf (userId: string): Promise<UserSessions> {
    const { answers, missing }: Gathered<Session[]> = await this.#parts.cluster.ask(sessionsQuestion, { user: userId })
    return { sessions: answers.flatMap(({ answer }) => answer).sort(byAge), missing }
  }

  /** All that is known of a user, or undefined for one who was never seen, as far as that is known, and is not banned. Never rejects. */
  async find (userId: string): Promise<UserState | undefined> {
    const { presence, bans } = this.#parts.relay
    const lastSeen = this.#known<number | undefined>(async () => await presence.lastSeen(userId), undefined)
    const [{ sessions, missing }, lastSeenMs] = await Promise.all([this.sessionsOf(userId), lastSeen])
    const ban = bans.of(userId)
    // The connection may be on a node that did not answer.
    const isOnline = sessions.length > 0 || (missing.length > 0 && await this.isOnline(userId))
    const isKnown = isOnline || lastSeenMs !== undefined || ban !== undefined
    return isKnown ? { isOnline, sessions, missing, lastSeenMs, ban } : undefined
  }

  /** Somebody may come or go between two pages: nobody is named twice. */
  async #all (): Promise<string[]> {
    const ids = new Set<string>()
    for (let offset = 0; ; offset += PAGE) {
      const { users } = await this.#parts.relay.presence.members(HUB_ROOM, PAGE, offset)
      for (const { id } of users) ids.add(id)
      if (users.length < PAGE) return [...ids]
    }
  }

  /** Times are those of the clock that all nodes share: the oldest is the same for all of them. */
  #toSession ({ id, openedAtMs, address, dialect, identity: { roles, name, tokenId } }: Connection): Session {
    const { nodeId: node, relay } = this.#parts
    return { id, node, opened_at: openedAtMs + relay.clockAheadMs(), address, dialect: dialect.name, roles: [...roles], name, ...(tokenId !== undefined && { token_id: tokenId }) }
  }

  #known<T> (ask: () => MaybePromise<T>, otherwise: T): MaybePromise<T> {
    return attempt(ask, (err) => {
      this.#parts.logger.debug({ err }, 'looked for users on this node alone')
      return otherwise
    })
  }
}

/** Two that opened in the same millisecond are in the same order for every node. */
function byAge (a: Session, b: Session): number {
  return a.opened_at - b.opened_at || (a.id < b.id ? -1 : 1)
}
