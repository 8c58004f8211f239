import { Type, type Static } from '@sinclair/typebox'
import type { Identity } from '../auth/identity.ts'
import { HubError } from '../errors.ts'
import { ALL_TOPIC, roleTopic, roomOfTopic, userTopic, type TopicName } from '../hub/topics.ts'
import { checkRoomName } from '../rooms/room-name.ts'
import type { Claim, Homecoming } from '../rooms/returns.ts'
import { command, reply, type Command } from './command.ts'
import { PositionSchema } from './returning.ts'
import type { Services } from './services.ts'

/** Most topics of one request. */
const MAX_TOPICS = 128

const ResumePayloadSchema = Type.Object({
  // A name may hold line separators, which the pattern of any text leaves out.
  topics: Type.Record(Type.String({ pattern: '^[^]*$' }), Type.Object({ ...PositionSchema.properties, member: Type.Optional(Type.Boolean()) }), { maxProperties: MAX_TOPICS, additionalProperties: false })
})

/** `resume`: the way back after a reconnect, to many topics at once. */
export function resume ({ rooms }: Services): Command {
  return command({
    type: 'resume',
    payload: ResumePayloadSchema,
    async run (request) {
      const { connection, payload: { topics } } = request
      for (const topic of Object.keys(topics)) checkTopic(topic, connection.identity)
      const homecomings = await rooms.resume(connection, new Map(Object.entries(topics).map(([topic, claim]) => [topic, claimOf(claim)])))
      reply(request, 'resumed', { topics: Object.fromEntries(homecomings.map(({ topic, outcome }) => [topic, stateOf(outcome)])) })
      for (const { outcome } of homecomings) {
        if ('replay' in outcome) outcome.replay.start()
      }
    }
  })
}

function claimOf ({ epoch, seq, member = false }: Static<typeof ResumePayloadSchema>['topics'][string]): Claim {
  return { since: { epoch, seq }, member }
}

/** Throws for a topic that is nobody's, or somebody else's. */
function checkTopic (topic: TopicName, { userId, roles }: Identity): void {
  const room = roomOfTopic(topic)
  if (room !== undefined) {
    checkRoomName(room)
    return
  }
  const own = [ALL_TOPIC, userTopic(userId), ...roles.map(roleTopic)]
  if (own.includes(topic)) return
  if (/^(?:user|role):/.test(topic)) throw new HubError('FORBIDDEN', 'only the own user and roles can be resumed')
  throw new HubError('INVALID_PAYLOAD', '/payload/topics: expected names such as room:…, user:…, role:… or all')
}

/** A room that is refused has an error in its place; nothing follows for it. */
function stateOf (outcome: Homecoming['outcome']): object {
  return outcome instanceof HubError ? { recovered: false, error: outcome.toPayload() } : outcome.state
}
