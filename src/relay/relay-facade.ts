import { toOutbound, type HubEvent } from '../hub/event.ts'
import type { TopicName } from '../hub/topics.ts'
import type { Relay, RelayStatus } from './relay.ts'
import type { PublishResult } from './relay-message.ts'

/** The relay as an application sees it; the parts of the hub use the port under it. */
export class RelayFacade {
  readonly port: Relay

  constructor (port: Relay) {
    this.port = port
  }

  /** Publishes an event to a topic (`all`, `user:<id>`, `role:<name>`, `room:<name>`). Rejects with `UNAVAILABLE`. */
  async publish (topic: TopicName, event: HubEvent): Promise<PublishResult> {
    return await this.port.publish({ topics: [topic], event: toOutbound(event), publisher: '', counted: true })
  }

  /** Whether messages can be carried now. */
  status (): RelayStatus {
    return this.port.status()
  }
}
