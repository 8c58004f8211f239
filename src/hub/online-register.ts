import type { Logger } from '../logger.ts'
import { attempt, isPromise } from '../maybe-promise.ts'
import { HUB_ROOM, type Occupant, type PresenceStore } from '../relay/presence-store.ts'
import type { Connection } from './connection.ts'

/** How often those are tried again that could not be noted, ms. */
const RETRY_MS = 1_000

/**
 * Keeps the connections of this node in the room of all connections, so that every node knows who is online. Nobody waits for it, and
 * a failure harms nobody: who asks falls back to what its own node knows, and it is tried again.
 */
export class OnlineRegister {
  readonly #presence: PresenceStore
  readonly #logger: Logger
  /** Came in while the store was away. */
  readonly #unnoted = new Set<Connection>()
  #retry: NodeJS.Timeout | undefined

  constructor (presence: PresenceStore, logger: Logger) {
    this.#presence = presence
    this.#logger = logger
  }

  enter (connection: Connection): void {
    const entered = this.#try(connection, (occupant) => this.#presence.enter(HUB_ROOM, occupant, 0), () => this.#enterLater(connection))
    // The exit of one that ended meanwhile may have come too early.
    if (isPromise(entered)) entered.then(() => { if (connection.hasEnded) this.leave(connection) })
  }

  leave (connection: Connection): void {
    this.#unnoted.delete(connection)
    this.#try(connection, (occupant) => this.#presence.leave(HUB_ROOM, occupant, 0), () => {})
  }

  #enterLater (connection: Connection): void {
    if (connection.hasEnded) return
    this.#unnoted.add(connection)
    this.#retry ??= setTimeout(() => this.#enterAgain(), RETRY_MS).unref()
  }

  #enterAgain (): void {
    const unnoted = [...this.#unnoted]
    this.#retry = undefined
    this.#unnoted.clear()
    for (const connection of unnoted) this.enter(connection)
  }

  #try ({ id, user }: Connection, step: (occupant: Occupant) => unknown, onFailure: () => void): unknown {
    return attempt(() => step({ connectionId: id, user, as: 'member' }), (err) => {
      this.#logger.debug({ client_id: id, err }, 'presence not noted')
      onFailure()
    })
  }
}
