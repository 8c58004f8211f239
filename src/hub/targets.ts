import { ALL_TOPIC, connectionTopic, roleTopic, roomTopic, userTopic, type TopicName } from './topics.ts'

/** Whom a message is for, or not for. Lists may be combined; each named twice still gets one copy. */
export interface Target {
  readonly users?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly rooms?: readonly string[] | undefined
  readonly connections?: readonly string[] | undefined
}

/** The topics of a target, in the order of precedence in which a connection in several gets its one copy. */
export function topicsOf (target: Target | 'all'): TopicName[] {
  if (target === 'all') return [ALL_TOPIC]
  const { users = [], rooms = [], roles = [], connections = [] } = target
  const topics = [
    ...users.map(userTopic),
    ...rooms.map(roomTopic),
    ...roles.map(roleTopic),
    ...connections.map(connectionTopic)
  ]
  return [...new Set(topics)]
}
