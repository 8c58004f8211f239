import { setTimeout as sleep } from 'node:timers/promises'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Admission } from './admission.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'
import type { Sessions } from './sessions.ts'

/** How this node takes leave of its clients; times in ms. */
export interface DrainTimes {
  /** After so long whoever is left is cut off. */
  readonly drainTimeoutMs: number
  readonly drainWaveMs: number
}

/** Fewest connections closed in one wave: small nodes are empty at once. */
const MIN_WAVE = 50
/** Share of the timeout over which the closes are spread; the rest is for the answers. */
const CLOSING_SHARE = 0.5
/** What was begun gets so long for its answer, as long as the confirmation of a publish may take. */
const FINISH_MS = 1_000
/** The clients are asked to come back spread over this time, more for each of them, so that nobody is overrun. */
const MIN_SPREAD_MS = 1_000
const SPREAD_PER_CLIENT_MS = 2
const MAX_SPREAD_MS = 30_000

/** Empties a node: says when to come back, closes in waves, cuts off what is left at the deadline. */
export class Drain {
  readonly #hub: Hub
  readonly #admission: Admission
  readonly #sessions: Sessions
  readonly #times: DrainTimes
  #running: Promise<void> | undefined

  constructor (parts: { hub: Hub, admission: Admission, sessions: Sessions }, times: DrainTimes) {
    this.#hub = parts.hub
    this.#admission = parts.admission
    this.#sessions = parts.sessions
    this.#times = times
  }

  /** Resolves when no socket is left, at the latest at the timeout. Called again, it is the same drain. */
  run (): Promise<void> {
    this.#running ??= this.#drain()
    return this.#running
  }

  async #drain (): Promise<void> {
    this.#admission.startDraining()
    const deadline = sleep(this.#times.drainTimeoutMs, undefined, { ref: false })
    const connections = [...this.#hub.connections()]
    const hints = this.#announce(connections)
    await Promise.race([this.#closeInWaves(hints), deadline])
    await Promise.race([this.#sessions.whenEmpty(), deadline])
    this.#sessions.terminateAll('drain timeout')
  }

  #announce (connections: readonly Connection[]): Map<Connection, number> {
    const spreadMs = Math.min(MAX_SPREAD_MS, Math.max(MIN_SPREAD_MS, connections.length * SPREAD_PER_CLIENT_MS))
    const hints = new Map(connections.map((connection) => [connection, Math.ceil(Math.random() * spreadMs)]))
    for (const [connection, retryAfterMs] of hints) connection.send('draining', { retry_after_ms: retryAfterMs })
    return hints
  }

  async #closeInWaves (hints: ReadonlyMap<Connection, number>): Promise<void> {
    const { drainTimeoutMs, drainWaveMs } = this.#times
    const waves = Math.max(1, Math.floor(drainTimeoutMs * CLOSING_SHARE / drainWaveMs))
    const waveSize = Math.max(MIN_WAVE, Math.ceil(hints.size / waves))
    const leaving: Array<MaybePromise<void>> = []
    for (const [connection, retryAfterMs] of hints) {
      leaving.push(takeLeave(connection, retryAfterMs))
      if (leaving.length % waveSize === 0) await sleep(drainWaveMs, undefined, { ref: false })
    }
    await Promise.all(leaving)
  }
}

/** Closes a connection behind the answers to what it has asked: whoever published just now learns whether that is done. */
function takeLeave (connection: Connection, retryAfterMs: number): MaybePromise<void> {
  const close = (): void => connection.close(closeCodes.restarting, { retryAfterMs })
  const finished = connection.inbox?.finish()
  if (!isPromise(finished)) return close()
  return Promise.race([finished, sleep(FINISH_MS, undefined, { ref: false })]).then(close)
}
