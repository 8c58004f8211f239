import type { KeepOf } from '../history.ts'
import { DEFAULT_POSITION_TTL_MS, defaultKeepOf } from '../history-rules.ts'
import { isCluster as isClusterAt, openSubscriber, type RedisPlace } from './connect.ts'
import { warnOfOldServers } from './old-servers.ts'
import { RedisRelay } from './redis-relay.ts'
import type { RedisRelayOptions } from './redis-relay-options.ts'
import { slotOf } from './slot.ts'
import { Subscriber } from './subscriber.ts'
import { placeAddress } from './subscriptions.ts'
import { defaultRedisTimings } from './timings.ts'

/** How a relay by way of Redis is opened. */
export interface OpenRelayOptions extends Pick<RedisRelayOptions, 'nodeId' | 'commands' | 'prefix' | 'connections' | 'onRevived' | 'logger' | 'presenceGraceMs'> {
  readonly target: RedisPlace
  readonly timings?: Partial<RedisRelayOptions['timings']>
  /** What is kept of a topic; 100 messages of rooms and users for 5 minutes by default. */
  readonly keepOf?: KeepOf
  /** How long numbers outlive messages, ms; a day by default. */
  readonly positionTtlMs?: number
}

/** A quiet subscription is tried as often, ms. */
const PING_MS = 2_000

/** Opens the relay over connections of its own for subscriptions; those for commands come from, and stay with, the caller. */
export function openRedisRelay ({ target, timings, keepOf = defaultKeepOf, positionTtlMs = DEFAULT_POSITION_TTL_MS, ...options }: OpenRelayOptions): RedisRelay {
  const allTimings = { ...defaultRedisTimings, ...timings }
  const isCluster = isClusterAt(target)
  warnOfOldServers(options.commands, options.logger)
  return new RedisRelay({
    ...options,
    timings: allTimings,
    isCluster,
    keepOf,
    positionTtlMs,
    openSubscriber: (place, events) => new Subscriber({
      ...events,
      link: openSubscriber(target, isCluster ? placeAddress(place) : undefined),
      sharded: isCluster,
      pingMs: PING_MS,
      answerLimitMs: allTimings.answerLimitMs,
      ...(isCluster && { groupOf: slotOf })
    })
  })
}
