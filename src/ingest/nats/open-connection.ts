import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { NatsTimings } from './nats-timings.ts'
import type { NatsTarget } from './nats-url.ts'

/** What a connection tells about itself. */
export interface ConnectionEvents {
  readonly lost: () => void
  readonly found: () => void
}

/** A server that does not answer to so many pings is gone. */
const MAX_PINGS_OUT = 2
const PING_INTERVAL_MS = 5_000

/** Connects once; a connection that is lost later comes back by itself, for as long as it takes. Rejects when nobody answers. */
export async function openConnection ({ servers, tls, access }: NatsTarget, timings: NatsTimings, events: ConnectionEvents): Promise<NatsConnection> {
  const { minMs, maxMs } = timings.reconnect
  const connection = await connect({
    servers: [...servers],
    name: 'wshub',
    ...access,
    ...(tls && { tls: {} }),
    timeout: timings.answerLimitMs,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    maxReconnectAttempts: -1,
    // A password may be in change: this, too, is no reason to give up.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: minMs,
    reconnectJitter: maxMs - minMs,
    reconnectJitterTLS: maxMs - minMs
  })
  watch(connection, events).catch(() => {})
  return connection
}

async function watch (connection: NatsConnection, { lost, found }: ConnectionEvents): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') lost()
    if (type === 'reconnect') found()
  }
}
