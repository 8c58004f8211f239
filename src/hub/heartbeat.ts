import { monotonicMs } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'

/** When a peer is pinged, and when it counts as dead; in ms. */
export interface HeartbeatTimes {
  readonly pingPeriodMs: number
  /** Longest time without a pong; above the ping period. */
  readonly pongWaitMs: number
  /** Longest time that a full socket may take to get some room. */
  readonly writeTimeoutMs: number
  readonly sweepIntervalMs: number
}

/** Looks over all connections at intervals: pings, silent peers, stuck writers; and has the expired tokens looked for. One timer for all. */
export class Heartbeat {
  readonly #hub: Hub
  readonly #times: HeartbeatTimes
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #sweptAt = monotonicMs()
  #staleCount = 0

  constructor (hub: Hub, times: HeartbeatTimes, logger: Logger) {
    this.#hub = hub
    this.#times = times
    this.#logger = logger
    this.#timer = setInterval(() => this.#sweep(), times.sweepIntervalMs)
    this.#timer.unref()
    hub.recheck = () => this.recheck()
  }

  /** Connections that have missed their last ping, as of the last sweep. */
  get staleCount (): number {
    return this.#staleCount
  }

  /** Pings everybody now: while this node was away, peers may have gone without its hearing of it. */
  recheck (): void {
    const now = monotonicMs()
    for (const connection of this.#hub.connections()) connection.ping(now)
  }

  stop (): void {
    clearInterval(this.#timer)
  }

  #sweep (): void {
    const now = monotonicMs()
    const lateMs = now - this.#sweptAt - this.#times.sweepIntervalMs
    // While the event loop stalled, no ping was sent and no pong was read: that time counts against nobody.
    const stalledMs = lateMs > this.#times.sweepIntervalMs ? lateMs : 0
    this.#sweptAt = now
    this.#staleCount = 0
    // It has a timer of its own, which knows nothing of a clock that was set.
    this.#hub.endExpired()
    for (const connection of this.#hub.connections()) {
      if (stalledMs > 0) connection.pardon(stalledMs)
      if (this.#endIfDue(connection, now, stalledMs > 0)) continue
      if (this.#isStale(connection, now)) this.#staleCount += 1
      if (now - Math.max(connection.lastPongMs, connection.pingSentMs) >= this.#times.pingPeriodMs) connection.ping(now)
    }
  }

  #endIfDue (connection: Connection, now: number, hasStalled: boolean): boolean {
    // Pongs that came during a stall are not read yet, nor is it known what the kernel has taken.
    if (hasStalled) return false
    if (connection.stalledSince > 0 && now - connection.stalledSince > this.#times.writeTimeoutMs) {
      connection.closeAsSlow()
      return true
    }
    if (now - connection.lastPongMs <= this.#times.pongWaitMs) return false
    this.#logger.warn({ client_id: connection.id, user_id: connection.user.id }, 'Stale WebSocket connection detected')
    connection.terminate('no pong in time')
    return true
  }

  /** Half of the time that is left for a pong after a period has passed; pings may have been sent again meanwhile. */
  #isStale ({ lastPongMs }: Connection, now: number): boolean {
    return now - lastPongMs > (this.#times.pongWaitMs + this.#times.pingPeriodMs) / 2
  }
}
