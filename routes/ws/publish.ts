import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { HubError, toHubError } from '../../src/errors.ts'
import { missingNodes } from '../../src/hub/cluster.ts'
import { HttpError, type ErrorBody } from '../../src/http-error.ts'
import { shortPath } from '../../src/protocol/json-guard.ts'
import { audited } from '../audit.ts'
import { adminOf, requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { NotificationSchema } from './notification.ts'
import { publishedFields, publishNotification } from './publication.ts'

const MAX_MESSAGES = 1000
/** Messages of one turn of the event loop: each may be for thousands of connections, and others wait until the turn is over. */
const SLICE = 50
/** One wrong message must not stop the others: each is checked by itself. */
const BodySchema = Type.Object({
  messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_MESSAGES, description: 'Each as the body of `POST /ws/broadcast`; published in this order.' })
}, { additionalProperties: false })
const PublishedSchema = Type.Object({ ...publishedFields, missing_nodes: MissingNodesSchema })
const AnswerSchema = Type.Object({
  results: Type.Array(Type.Union([PublishedSchema, ErrorSchema]), { description: 'What became of each message, in their order.' })
})
const notificationCheck = TypeCompiler.Compile(NotificationSchema)

/** `POST /ws/publish`: many messages at once, each to everybody or to a target, for administrators. */
const publishRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Send many messages in order, each to everybody or to a target',
    security: tokenSecurity,
    body: BodySchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, 413: ErrorSchema, ...adminErrors }
  }

  app.post('/ws/publish', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { messages } = request.body
    const publish = async () => await publishAll(app, messages, adminOf(request))
    const outcomes = await audited(request, { action: 'publish', messages: messages.length }, publish, outcomeOf)
    logRefusals(request.log, outcomes.filter((outcome) => outcome instanceof Error))
    return { results: outcomes.map((outcome, index) => outcome instanceof Error ? bodyOf(outcome, index) : outcome) }
  })
}

export default publishRoute

type Published = Static<typeof PublishedSchema>
type Refusal = HttpError | HubError

/** None waits for the one before: the relay keeps the order of the calls. */
async function publishAll (app: FastifyInstance, messages: readonly unknown[], adminId: string): Promise<Array<Published | Refusal>> {
  const outcomes: Array<Promise<Published | Refusal>> = []
  for (const message of messages) {
    if (outcomes.length > 0 && outcomes.length % SLICE === 0) await endOfTurn()
    outcomes.push(publishOne(app, message, adminId).catch(toRefusal))
  }
  return await Promise.all(outcomes)
}

async function publishOne (app: FastifyInstance, message: unknown, adminId: string): Promise<Published> {
  if (!notificationCheck.Check(message)) throw misshapen(message)
  const { missing_nodes: missing = [], ...published } = await publishNotification(app, message, adminId).published
  return { ...published, ...missingNodes(missing) }
}

function misshapen (message: unknown): HttpError {
  const flaw = notificationCheck.Errors(message).First()
  return new HttpError(400, `${shortPath(flaw?.path ?? '')}: ${flaw?.message ?? 'unexpected value'}`, { code: 'INVALID_PAYLOAD' })
}

function toRefusal (thrown: unknown): Refusal {
  return thrown instanceof HttpError ? thrown : toHubError(thrown)
}

/** Of many messages no line can name all receivers: their numbers, and what the first was refused for. */
function outcomeOf (outcomes: ReadonlyArray<Published | Refusal>): object {
  const refusals = outcomes.filter((outcome) => outcome instanceof Error)
  const recipients = outcomes.reduce((total, outcome) => total + (outcome instanceof Error ? 0 : outcome.recipients), 0)
  return { recipients, refused: refusals.length, ...(refusals[0] !== undefined && { error_code: refusals[0].code }) }
}

/** A path in the text begins at the message; in the answer it begins at the body. */
function bodyOf (refusal: Refusal, index: number): ErrorBody {
  const { message, code } = refusal instanceof HubError ? refusal.toPayload() : refusal
  return { error: /^(?:\/|: )/.test(message) ? `/messages/${index}${message}` : message, code }
}

/** One line of each kind: what keeps one message from being published often keeps all. */
function logRefusals (log: FastifyBaseLogger, refusals: readonly Refusal[]): void {
  const faults = refusals.filter(({ statusCode }) => statusCode >= 500)
  const [fault] = faults
  if (fault !== undefined) log.error({ err: fault, messages: faults.length }, 'messages not published')
  const [refused] = refusals.filter(({ statusCode }) => statusCode < 500)
  if (refused !== undefined) log.info({ code: refused.code, reason: refused.message, messages: refusals.length - faults.length }, 'messages refused')
}
