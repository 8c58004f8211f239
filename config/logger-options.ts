import { hostname } from 'node:os'
import { stdSerializers, stdTimeFunctions, type LoggerOptions } from 'pino'
import type { Config } from './env-schema.ts'
import { redactLine, redactUrl } from './redact.ts'

/** The part of a request that a log line shows; both Fastify's and Node's requests have it. */
interface LoggedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly ip?: string | undefined
  readonly socket?: { readonly remoteAddress?: string | undefined }
}

/** Options of the service's pino logger: ISO times, one JSON line each, no token in any of them. */
export function loggerOptions ({ logLevel }: Pick<Config, 'logLevel'>) {
  return {
    level: logLevel,
    timestamp: stdTimeFunctions.isoTime,
    base: { service: 'wshub', hostname: hostname(), pid: process.pid },
    serializers: { req: serializeRequest, err: serializeError },
    // One net under everything, also under fields and texts that others wrote; pino's `redact` costs more and knows fixed depths.
    hooks: { streamWrite: redactLine }
  } satisfies LoggerOptions
}

function serializeRequest ({ method = '', url = '', ip, socket }: LoggedRequest) {
  return { method, url: redactUrl(url), remoteAddress: ip ?? socket?.remoteAddress ?? '' }
}

/**
 * pino's own form without raw bytes, for Node's parser attaches the whole of a malformed request, and without the command that Redis
 * refused, which may be the one with the password.
 */
function serializeError (error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' }
  const { type, message, stack, command: _command, ...rest } = stdSerializers.err(error)
  return { ...withoutBytes(rest), type, message, stack }
}

function withoutBytes (fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !ArrayBuffer.isView(value)))
}
