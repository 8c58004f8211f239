import { hasRole } from '../auth/identity.ts'
import { timestamp } from '../clock.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub/hub.ts'
import { connectionTopic, type TopicName } from '../hub/topics.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import type { Attendance } from '../relay/presence-store.ts'
import { reply, type Request, type RoomRequest } from './command.ts'
import type { PublishPolicy } from './services.ts'

/** Refuses a publish to a room unless the connection is in it in one of the given ways. */
export function checkMayPublish (policy: PublishPolicy, request: RoomRequest, ways: readonly Attendance[]): void {
  checkClientPublish(policy)
  checkInRoom(policy, request, ways)
}

/** Refuses a request about a room that the connection is not in, unless the settings open all rooms. */
export function checkInRoom (policy: PublishPolicy, { connection, room }: RoomRequest, ways: readonly Attendance[]): void {
  if (!policy.publishRequiresJoin) return
  const membership = connection.rooms.get(room)
  if (!ways.some((way) => membership?.[way] === true)) throw new HubError('NOT_IN_ROOM', 'you must join the room first')
}

/** Refuses a broadcast to everybody unless the settings allow it to this user. */
export function checkMayBroadcast (policy: PublishPolicy, { connection }: Request): void {
  checkClientPublish(policy)
  if (policy.clientBroadcast === 'all') return
  if (policy.clientBroadcast === 'admin' && hasRole(connection.identity, policy.adminRoles)) return
  throw new HubError('FORBIDDEN', 'broadcasting is not allowed')
}

/** Publishes a client's message to a topic, for everybody there but the connection itself, and acknowledges it. */
export function publishFrom (hub: Hub, request: Request, type: string, topic: TopicName): MaybePromise<void> {
  const { connection, id, room, payload } = request
  const event = {
    type,
    ...(id !== undefined && { id }),
    ...(room !== undefined && { room }),
    payload,
    sender: connection.user,
    timestamp: timestamp()
  }
  const published = hub.publish({ topics: [topic], except: [connectionTopic(connection.id)], event })
  return andThen(published, ({ seq, epoch }) => reply(request, 'ack', { seq, epoch }))
}

function checkClientPublish ({ clientPublish }: PublishPolicy): void {
  if (!clientPublish) throw new HubError('FORBIDDEN', 'clients may not publish here')
}
