import type { Hub } from '../hub/hub.ts'
import type { Relay } from '../relay/relay.ts'
import { by, type Metric } from './metric.ts'
import { probePublish } from './publish-probe.ts'
import type { Throughput } from './throughput.ts'

/** Where the figures of a node come from. */
export interface HubSources {
  readonly hub: Hub
  readonly relay: Relay
  readonly throughput: Throughput
}

/** Half a millisecond, as in one process, up to the second after which a publish is refused. */
const PUBLISH_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/** The metrics of a node. */
export function hubMetrics ({ hub, relay, throughput }: HubSources): Metric[] {
  return [
    { name: 'websocket_clients_total', help: 'Connections of this node.', type: 'gauge', read: () => hub.size },
    { name: 'websocket_rooms_total', help: 'Rooms with connections of this node.', type: 'gauge', read: () => hub.roomCount },
    {
      name: 'websocket_messages_total',
      help: 'Frames received from clients (in) and copies queued to them (out).',
      type: 'counter',
      labels: ['direction'],
      read: () => by('direction', hub.messages)
    },
    {
      name: 'websocket_messages_per_second',
      help: 'The same per second, over the last ten seconds.',
      type: 'gauge',
      labels: ['direction'],
      read: () => by('direction', throughput.perSecond())
    },
    {
      name: 'websocket_errors_total',
      help: 'Requests of clients that were refused, by error code.',
      type: 'counter',
      labels: ['code'],
      read: () => by('code', hub.commands.refusals.counts)
    },
    {
      name: 'websocket_publish_seconds',
      help: 'From publishing to the confirmation of the relay; a notice to nobody, one each time the metrics are asked for.',
      type: 'histogram',
      buckets: PUBLISH_BUCKETS_S,
      sample: async () => await probePublish(relay)
    }
  ]
}
