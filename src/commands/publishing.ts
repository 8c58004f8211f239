import { hasRole } from '../auth/identity.ts'
import { timestamp } from '../clock.ts'
import { HubError } from '../errors.ts'
import { JsonText, jsonTextOf } from '../json-text.ts'
import type { Hub } from '../hub/hub.ts'
import { connectionTopic, type TopicName } from '../hub/topics.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import type { Attendance } from '../relay/presence-store.ts'
import type { PublishResult } from '../relay/relay-message.ts'
import { reply, type Request, type RoomRequest } from './command.ts'
import type { PublishPolicy, Services } from './services.ts'

/** Refuses any publishing where the settings keep clients from it. */
function checkClientPublish ({ clientPublish }: PublishPolicy): void {
  if (!clientPublish) throw new HubError('FORBIDDEN', 'clients may not publish here')
}

/** Refuses publishing to a room where the settings, the user's token or the room's own rules keep it from that. */
export function checkRoomPublish ({ policy, rooms }: Services, { connection, room }: RoomRequest): MaybePromise<void> {
  checkClientPublish(policy)
  return rooms.access.check(connection, 'publish', room)
}

/** Refuses what is said in a room from outside of it. Clients of dialects that know no such rule need no more than leave to publish there, which is asked for before. */
export function checkMaySpeak (request: RoomRequest, ways: readonly Attendance[]): void {
  if (request.connection.dialect.habits.speaksFromOutside !== true) checkInRoom(request, ways)
}

/** Refuses a request about a room that the connection is not in, in one of the given ways. */
export function checkInRoom ({ connection, room }: RoomRequest, ways: readonly Attendance[]): void {
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

/** Publishes a client's message to a topic, for everybody there but the connection itself, unless its dialect wants the echo; acknowledges it. */
export function publishFrom (hub: Hub, request: Request, type: string, topic: TopicName): MaybePromise<void> {
  const { connection, id, room, payload } = request
  const isHeardByItself = connection.dialect.habits.hearsItself === true
  const event = {
    type,
    ...(id !== undefined && { id }),
    ...(isHeardByItself && { origin: connection.id }),
    ...(room !== undefined && { room }),
    payload: new JsonText(jsonTextOf(payload)),
    sender: connection.user,
    timestamp: timestamp()
  }
  const except = isHeardByItself ? [] : [connectionTopic(connection.id)]
  const published = hub.publish({ topics: [topic], except, event, publisher: connection.user.id })
  return andThen(published, (result) => acknowledge(hub, request, topic, result))
}

/**
 * The place in an `ack` is one from which its reader may come back: the connection has been sent what comes before. Where that cannot be
 * had in time, or the numbers have begun anew meanwhile, nobody knows whether the message is still there. Throws `UNAVAILABLE` then.
 */
function acknowledge (hub: Hub, request: Request, topic: TopicName, { seq, epoch, duplicate }: PublishResult): MaybePromise<void> {
  if (seq === undefined || epoch === undefined) return reply(request, 'ack', { duplicate })
  const { connection, id } = request
  const position = { epoch, seq }
  return andThen(hub.isHandedOn(topic, position), (isHandedOn) => {
    if (!isHandedOn) throw new HubError('UNAVAILABLE', 'the message was published, but its stream cannot be followed')
    connection.sendPlace('ack', { seq, epoch, duplicate }, { id, topic, position })
  })
}
