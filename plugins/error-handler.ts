import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import fp from 'fastify-plugin'
import { HubError } from '../src/errors.ts'
import { httpCodes, HttpError, isHttpStatus, type ErrorBody } from '../src/http-error.ts'
import { shortPath } from '../src/protocol/json-guard.ts'

/** So many flaws of a request are told; there may be as many as it has fields. */
export const MAX_FLAWS = 5

/** Answers every refusal and fault, Fastify's own included, with `{error, code}`; the full detail goes to the log alone. */
export function sendError (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  else request.log.info({ code: error.code, reason: detailOf(error) }, 'request refused')
  if (error instanceof HttpError) reply.headers(error.headers)
  // The socket of a refused upgrade ends with the answer.
  if (request.ws) reply.header('connection', 'close')
  return reply.code(status).send(bodyOf(error, status))
}

/** Says what is wrong with a part of a request, shortly: names in it are the client's, of any length, and may be what is nobody's business. */
export function describeFlaws (flaws: readonly FastifySchemaValidationError[], part: string): Error {
  return new Error(flaws.slice(0, MAX_FLAWS).map(({ instancePath, message = '' }) => `${part}${shortPath(instancePath)} ${message}`).join(', '))
}

/** Refuses what cannot be routed, such as a broken URL. No hook runs for it, so that nobody else would end the socket of an upgrade. */
export function refuseUnroutable (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => request.raw.socket.destroySoon())
  sendError(error, request, reply.header('connection', 'close'))
}

function statusOf ({ statusCode = 500 }: FastifyError): number {
  return statusCode >= 400 && statusCode <= 599 ? statusCode : 500
}

function bodyOf (error: FastifyError, status: number): ErrorBody {
  if (error instanceof HttpError) return error.toBody()
  if (error instanceof HubError) {
    const { message, code } = error.toPayload()
    return { error: message, code }
  }
  if (status >= 500) return { error: 'Internal server error', code: 'INTERNAL_ERROR' }
  return { error: error.message, code: codeOf(error, status) }
}

/** The protocol's names for what Fastify found wrong with a body. */
function codeOf ({ validation, code }: FastifyError, status: number): string {
  if (validation !== undefined) return 'INVALID_PAYLOAD'
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'INVALID_FORMAT'
  return isHttpStatus(status) ? httpCodes[status] : httpCodes[400]
}

/** A refusal says little to the client; what was behind it is its cause. */
function detailOf ({ message, cause }: FastifyError): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Error and not-found handlers for all routes. */
export default fp(async (app) => {
  app.setErrorHandler(sendError)
  app.setSchemaErrorFormatter(describeFlaws)
  app.setNotFoundHandler((request, reply) => sendError(new HttpError(404, 'no such route'), request, reply))
}, { name: 'error-handler', fastify: '5.x' })
