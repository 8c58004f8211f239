import { Type, type Static } from '@sinclair/typebox'
import type { Identity } from '../auth/identity.ts'
import { HubError } from '../errors.ts'
import { ALL_TOPIC, roleTopic, roomOfTopic, userTopic, type TopicName } from '../hub/topics.ts'
import { ANY_NAME, PositionSchema } from '../protocol/schemas/fields.ts'
import type { Position } from '../relay/relay-message.ts'
import { checkRoomName } from '../rooms/room-name.ts'
import type { Claim, Homecoming } from '../rooms/returns.ts'
import { command, reply, type Command } from './command.ts'
import type { Services } from './services.ts'

/** Most topics of one request. */
const MAX_TOPICS = 128

/** A topic to come back to. */
const PlaceSchema = Type.Object({
  ...PositionSchema.properties,
  member: Type.Optional(Type.Boolean({ description: 'Of a room: come back as a member, seen by the others.' }))
}, { title: 'Place' })

/** Payload of `resume`. */
export const ResumePayloadSchema = Type.Object({
  topics: Type.Record(Type.String({ pattern: ANY_NAME }), PlaceSchema, {
    maxProperties: MAX_TOPICS,
    additionalProperties: false,
    title: 'Places',
    description: `By topic (\`room:…\`, \`user:…\`, \`role:…\`, \`all\`): the last place that the client saw; at most ${MAX_TOPICS}.`
  })
}, { title: 'Resume payload' })

/** `resume`: the way back after a reconnect, to many topics at once. */
export function resume ({ rooms }: Services): Command {
  return command({
    type: 'resume',
    payload: ResumePayloadSchema,
    async run (request) {
      const { connection, payload: { topics } } = request
      const claims = new Map(Object.entries(topics).map(([topic, claim]) => [topic, claimOf(claim)]))
      const homecomings = [...takeForeign(claims, connection.identity), ...await rooms.resume(connection, claims)]
      const refusal = homecomings.find(({ outcome }) => outcome instanceof HubError)?.outcome
      if (refusal instanceof HubError && homecomings.every(({ outcome }) => outcome instanceof HubError)) throw refusal
      reply(request, 'resumed', { topics: Object.fromEntries(homecomings.map(({ topic, outcome }) => [topic, stateOf(outcome, topics[topic])])) })
      for (const { outcome } of homecomings) {
        if ('replay' in outcome) outcome.replay.start()
      }
    }
  })
}

function claimOf ({ epoch, seq, member = false }: Static<typeof ResumePayloadSchema>['topics'][string]): Claim {
  return { since: { epoch, seq }, member }
}

/** Takes out the topics that are somebody else's, as a role that the user had before. Throws for what is no topic. */
function takeForeign (claims: Map<TopicName, Claim>, { userId, roles }: Identity): Homecoming[] {
  const own = new Set([ALL_TOPIC, userTopic(userId), ...roles.map(roleTopic)])
  const foreign = [...claims.keys()].filter((topic) => !own.has(topic) && !isRoom(topic))
  return foreign.map((topic) => {
    if (!/^(?:user|role):/.test(topic)) throw new HubError('INVALID_PAYLOAD', '/payload/topics: expected names such as room:…, user:…, role:… or all')
    claims.delete(topic)
    return { topic, outcome: new HubError('FORBIDDEN', 'only the own user and roles can be resumed') }
  })
}

/** Throws for a name that no room can have. */
function isRoom (topic: TopicName): boolean {
  const room = roomOfTopic(topic)
  return room !== undefined && checkRoomName(room) === room
}

/** A topic that is refused has an error beside the place that the client named; nothing follows for it. */
function stateOf (outcome: Homecoming['outcome'], place: Position | undefined): object {
  return outcome instanceof HubError ? { recovered: false, epoch: place?.epoch, seq: place?.seq, error: outcome.toPayload() } : outcome.state
}
