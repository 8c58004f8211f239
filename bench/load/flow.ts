import { RateFlow } from './rate-flow.ts'
import type { Publisher } from './publisher.ts'
import type { Tally } from './tally.ts'
import type { Traffic } from './options.ts'
import { WindowFlow } from './window-flow.ts'

/** Decides when messages are sent. */
export interface Flow {
  /** How far behind its own plan it has been at most, ms; 0 where there is none. */
  readonly maxLagMs: number
  start (): void
  /** After each read of any socket. */
  onRead (): void
  stop (): void
}

/** The flow of a kind of traffic. */
export function createFlow (traffic: Traffic, publisher: Publisher, tally: Tally): Flow {
  switch (traffic.kind) {
    case 'window': return new WindowFlow(traffic.inFlight, publisher, tally)
    case 'rate': return new RateFlow(traffic.messagesPerSecond, publisher)
    case 'idle': return { maxLagMs: 0, start () {}, onRead () {}, stop () {} }
  }
}
