import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Identity } from '../../src/auth/identity.ts'
import { authenticationRequired, unavailable } from '../../src/http-error.ts'
import { andThen, attempt, type MaybePromise } from '../../src/maybe-promise.ts'
import { ErrorSchema, tokenSecurity } from '../schemas.ts'
import { banRefusal } from './banned.ts'

/** Nobody guesses so many random bytes. */
const TICKET_BYTES = 32
/** What so many bytes are in base64url. */
const TICKET = /^[\w-]{43}$/
/** A ticket is for a handshake that follows at once. */
const LIFETIME_MS = 30_000
const SECOND_MS = 1_000

const AnswerSchema = Type.Object({
  ticket: Type.String({ description: 'For one handshake, as `?ticket=`.' }),
  expires_in: Type.Integer({ description: 'Seconds.' })
})
const schema = {
  tags: ['websocket'],
  summary: 'Get a ticket for one handshake',
  description: 'For clients that can set no header on a handshake: the token itself need not stand in an address.',
  security: tokenSecurity,
  response: { 200: AnswerSchema, 401: ErrorSchema, 403: ErrorSchema, 429: ErrorSchema, 503: ErrorSchema }
}

/** `POST /ws/ticket`: a ticket that stands for the token of the request, on every node and once. */
const ticketRoute: FastifyPluginAsyncTypebox = async (app) => {
  const log = app.log.child({ logger: 'ws_handler' })
  const identify = async (request: FastifyRequest): Promise<Identity> => await app.callers.of(request)

  // Before the body is looked at; the handler is not told, but the token is verified once only.
  const onRequest = async (request: FastifyRequest): Promise<void> => { await identify(request) }
  app.post('/ws/ticket', { onRequest, schema }, async (request, reply) => {
    const identity = await identify(request)
    const { userId, expiresAtMs = Infinity } = identity
    const banned = banRefusal(app, identity)
    if (banned !== undefined) throw banned
    const lifetimeMs = Math.min(LIFETIME_MS, expiresAtMs - Date.now())
    if (lifetimeMs <= 0) throw authenticationRequired(new Error('the token ended before the ticket was made'))
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    await attempt(() => app.relay.port.tickets.put(ticket, identity, lifetimeMs), noTickets)
    log.debug({ user_id: userId }, 'ticket made')
    reply.header('cache-control', 'no-store')
    return { ticket, expires_in: Math.floor(lifetimeMs / SECOND_MS) }
  })
}

/** Whom a ticket of the query lets in, which is used up by that. Throws or rejects with 401, with 503 when that cannot be learned now. */
export function redeem ({ relay }: FastifyInstance, ticket: unknown): MaybePromise<Identity> {
  if (typeof ticket !== 'string' || !TICKET.test(ticket)) throw authenticationRequired(new Error('malformed ticket'))
  return andThen(attempt(() => relay.port.tickets.take(ticket), noTickets), (identity) => {
    if (identity === undefined) throw authenticationRequired(new Error('the ticket is used up, too old or unknown'))
    const { expiresAtMs = Infinity } = identity
    if (Date.now() >= expiresAtMs) throw authenticationRequired(new Error('the token of the ticket has expired'))
    return identity
  })
}

async function noTickets (error: unknown): Promise<never> {
  throw unavailable('tickets unavailable', error)
}

export default ticketRoute
