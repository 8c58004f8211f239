import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'
import type { TopicName } from './topics.ts'

/** The text of the greeting; clients in the field look for it. */
const WELCOME = 'Connected to WebSocket server'

/** What the greeting is made of. */
export interface WelcomeParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly maxMessageSizeBytes: number
  readonly pingPeriodMs: number
  /** Where those of its topics stand that are kept, as far as that is known. */
  readonly positions: Readonly<Record<TopicName, Position | undefined>>
}

/** Payload of `connected`. The connection is in the hub already. */
export function welcomeTo ({ identity, id, dialect }: Connection, { hub, relay, maxMessageSizeBytes, pingPeriodMs, positions }: WelcomeParts) {
  return {
    client_id: id,
    user_id: identity.userId,
    name: identity.name,
    role: identity.roles[0],
    message: WELCOME,
    online_count: hub.size + relay.connectionsElsewhere(),
    node_id: hub.nodeId,
    dialect: dialect.name,
    max_message_size: maxMessageSizeBytes,
    ping_interval_ms: pingPeriodMs,
    positions
  }
}
