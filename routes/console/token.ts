import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'
import { isFromHere } from './security.ts'

const TextSchema = Type.String({ minLength: 1, maxLength: 256 })
const BodySchema = Type.Object({
  sub: TextSchema,
  name: Type.Optional(TextSchema),
  role: Type.Optional(TextSchema)
}, { additionalProperties: false })

/** Whom a token of the console is for. */
export type TokenWish = Static<typeof BodySchema>

/** Makes a token that this service accepts. */
export type IssueToken = (user: TokenWish) => Promise<string>

/** `POST /console/token`: a token for whoever sits at this machine. Not to be registered in production. */
const tokenRoute: FastifyPluginAsyncTypebox<{ issueToken: IssueToken }> = async (app, { issueToken }) => {
  app.addHook('onRequest', app.limits.rest)
  app.addHook('onRequest', async (request) => {
    if (!isFromHere(request)) throw new HttpError(403, 'tokens are made for this machine alone')
  })
  app.post('/console/token', { schema: { hide: true, body: BodySchema } }, async ({ body, ip, log }, reply) => {
    log.child({ logger: 'audit' }).info({ action: 'make_token', ip, user_id: body.sub, role: body.role }, 'development token made')
    reply.header('cache-control', 'no-store')
    return { token: await issueToken(body) }
  })
}

export default tokenRoute
