import type { Logger } from '../../logger.ts'
import type { KeepOf } from '../history.ts'
import type { CommandClient } from './connect.ts'
import type { Subscriber } from './subscriber.ts'
import type { SubscriberEvents } from './subscriptions.ts'
import type { RedisTimings } from './timings.ts'

/** What a Redis relay works with. */
export interface RedisRelayOptions {
  readonly nodeId: string
  /** For commands; belongs to the caller, who closes it after the relay. */
  readonly commands: CommandClient
  /** Opens a connection for subscriptions, to the master at `host:port` where there are several. */
  readonly openSubscriber: (place: string, events: SubscriberEvents) => Subscriber
  readonly isCluster: boolean
  readonly prefix: string
  readonly timings: RedisTimings
  /** What is kept of a topic. */
  readonly keepOf: KeepOf
  /** How long numbers outlive messages, ms. */
  readonly positionTtlMs: number
  /** How long the users of a node that is gone stay present, ms. */
  readonly presenceGraceMs: number
  /** How many connections this node has. */
  readonly connections: () => number
  /** This node had been taken for dead: its clients are to be looked at again. */
  readonly onRevived: () => void
  readonly logger: Logger
}
