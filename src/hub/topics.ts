/** The name of an audience: what is published to it reaches every connection subscribed to it. */
export type TopicName = string

/** A room's name as clients write it. */
export type RoomName = string

/** Everybody. */
export const ALL_TOPIC: TopicName = 'all'

/** All connections of one user. */
export function userTopic (userId: string): TopicName {
  return `user:${userId}`
}

/** All connections whose user has the role. */
export function roleTopic (role: string): TopicName {
  return `role:${role}`
}

/** A room's messages: members and subscribers. */
export function roomTopic (room: RoomName): TopicName {
  return `room:${room}`
}

/** A room's notices (joins, leaves, typing): members only. */
export function membersTopic (room: RoomName): TopicName {
  return `members:${room}`
}

/** The room's name of a `members:` topic, else undefined. */
export function roomOfMembersTopic (topic: TopicName): RoomName | undefined {
  return topic.startsWith('members:') ? topic.slice('members:'.length) : undefined
}

/** A single connection; nobody subscribes to it, the hub resolves it by the id. */
export function connectionTopic (connectionId: string): TopicName {
  return `connection:${connectionId}`
}

/** The connection's id of a `connection:` topic, else undefined. */
export function connectionOf (topic: TopicName): string | undefined {
  return topic.startsWith('connection:') ? topic.slice('connection:'.length) : undefined
}

/** The room's name of a `room:` topic, else undefined. */
export function roomOfTopic (topic: TopicName): RoomName | undefined {
  return topic.startsWith('room:') ? topic.slice('room:'.length) : undefined
}
