import type { Logger } from '../logger.ts'
import { attempt, isPromise } from '../maybe-promise.ts'
import { GRACE_ROOM, HUB_ROOM, type Occupant } from '../relay/presence-store.ts'
import type { Relay } from '../relay/relay.ts'
import type { Connection } from './connection.ts'
import type { RoomName } from './topics.ts'

/** How often those are tried again that could not be noted, ms. */
const RETRY_MS = 1_000

/**
 * Keeps the connections of this node in the room of all connections, so that every node knows who is online; where connections are logged,
 * in the one with the grace, too. Nobody waits for it, and a failure harms nobody: who asks falls back to what its own node knows, and it is
 * tried again.
 */
export class OnlineRegister {
  readonly #relay: Pick<Relay, 'presence' | 'changes'>
  readonly #logger: Logger
  /** Came in while the store was away. */
  readonly #unnoted = new Set<Connection>()
  #retry: NodeJS.Timeout | undefined

  constructor (relay: Pick<Relay, 'presence' | 'changes'>, logger: Logger) {
    this.#relay = relay
    this.#logger = logger
  }

  enter (connection: Connection): void {
    this.#enter(HUB_ROOM, connection)
    if (this.#isLogged) this.#enter(GRACE_ROOM, connection)
  }

  /** In the room with the grace the user stays for it, unless other connections hold. */
  leave (connection: Connection, graceMs: number): void {
    this.#unnoted.delete(connection)
    this.#leave(HUB_ROOM, connection, 0)
    if (this.#isLogged) this.#leave(GRACE_ROOM, connection, graceMs)
  }

  get #isLogged (): boolean {
    return this.#relay.changes?.withConnections === true
  }

  #enter (room: RoomName, connection: Connection): void {
    const { presence } = this.#relay
    const entered = this.#try(connection, (occupant) => presence.enter(room, occupant, 0), () => this.#enterLater(connection))
    // The exit of one that ended meanwhile may have come too early.
    if (isPromise(entered)) entered.then(() => { if (connection.hasEnded) this.#leave(room, connection, 0) })
  }

  #leave (room: RoomName, connection: Connection, graceMs: number): void {
    this.#try(connection, (occupant) => this.#relay.presence.leave(room, occupant, graceMs), () => {})
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
