import type { MaybePromise } from '../maybe-promise.ts'
import type { PublishResult, RelayMessage } from '../relay/relay-message.ts'
import { checkRoomName } from '../rooms/room-name.ts'
import { toOutbound, type HubEvent } from './event.ts'
import { topicsOf, type Target } from './targets.ts'
import { ALL_TOPIC, roleTopic, userTopic, type TopicName } from './topics.ts'

/**
 * Every way in which the application sends something, to clients of all nodes. An event's `id` is a key: for 5 minutes a repetition to
 * the same target is answered like the first and not delivered; the same id with other content is refused with `INVALID_PAYLOAD`.
 */
export abstract class Announcer {
  /** Publishes a message that is made already; the result is there at once when the relay is in this process. */
  abstract publish (message: RelayMessage): MaybePromise<PublishResult>

  /** To everybody. */
  async broadcast (event: HubEvent): Promise<PublishResult> {
    return await this.#send([ALL_TOPIC], event)
  }

  /** To all connections of a user. */
  async toUser (userId: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send([userTopic(userId)], event)
  }

  /** To everybody with the role. */
  async toRole (role: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send([roleTopic(role)], event)
  }

  /** To the members and subscribers of a room. Rejects with `INVALID_ROOM`. */
  async toRoom (room: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send(topicsOf({ rooms: [checkRoomName(room)] }), event)
  }

  /** To a single connection. */
  async toConnection (connectionId: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send(topicsOf({ connections: [connectionId] }), event)
  }

  /** To several targets at once, or to `'all'`: a connection that is in more than one gets one copy. */
  async to (target: Target | 'all', event: HubEvent, { except }: { except?: Target } = {}): Promise<PublishResult> {
    return await this.#send(topicsOf(target), event, except)
  }

  #send (topics: readonly TopicName[], event: HubEvent, except: Target = {}): MaybePromise<PublishResult> {
    return this.publish({ topics, except: topicsOf(except), event: toOutbound(event), publisher: '', counted: true })
  }
}
