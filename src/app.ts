import type { Server } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import { domainOptions } from '../config/domain-options.ts'
import type { Config } from '../config/env-schema.ts'
import { logDestination, type LogStream } from '../config/log-destination.ts'
import { loggerOptions } from '../config/logger-options.ts'
import errorHandler, { refuseUnroutable } from '../plugins/error-handler.ts'
import hub from '../plugins/hub.ts'
import ingest from '../plugins/ingest.ts'
import jwt from '../plugins/jwt.ts'
import loopDelay from '../plugins/loop-delay.ts'
import metrics from '../plugins/metrics.ts'
import openapi from '../plugins/openapi.ts'
import rateLimit from '../plugins/rate-limit.ts'
import relay from '../plugins/relay.ts'
import rooms from '../plugins/rooms.ts'
import sessions from '../plugins/sessions.ts'
import webhooks from '../plugins/webhooks.ts'
import websocket from '../plugins/websocket.ts'
import consoleRoutes from '../routes/console/index.ts'
import type { IssueToken } from '../routes/console/token.ts'
import docsRoutes from '../routes/docs.ts'
import healthRoutes from '../routes/health.ts'
import metricsRoute from '../routes/metrics.ts'
import { validatorCompiler } from '../routes/validator.ts'
import socketRoutes from '../routes/ws/index.ts'
import { signToken } from './cli/sign-token.ts'
import { checkHost, refuseMalformed } from './malformed-request.ts'
import { defaultTimings, type Timings } from './hub/timings.ts'
import type { IngestTimings } from './ingest/ingest-timings.ts'
import { dialects } from './protocol/dialects/index.ts'
import type { RedisTimings } from './relay/redis/timings.ts'
import type { WebhookTimings } from './webhooks/webhook-settings.ts'

/** What differs between the service and a test of it. */
export interface AppOverrides {
  readonly timings?: Partial<Timings>
  readonly redisTimings?: Partial<RedisTimings>
  readonly ingestTimings?: IngestTimings
  readonly webhookTimings?: Partial<WebhookTimings>
  /** Where log lines go; standard output when left out. */
  readonly logStream?: LogStream
}

/** Largest body of a REST request, bytes. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

/** A day is enough to try something out. */
const TOKEN_LIFETIME_MS = 86_400_000

/** Names of rooms and users stand in paths; a character may take three there. */
const MAX_PARAM_LENGTH = 3 * 256

/** Builds the whole service from its settings, ready to listen. A key must be set. */
export async function buildApp (config: Config, { timings, redisTimings = {}, ingestTimings = {}, webhookTimings = {}, logStream = logDestination() }: AppOverrides = {}): Promise<FastifyInstance> {
  const options = domainOptions(config, { ...defaultTimings, ...timings }, redisTimings, ingestTimings)
  const app = Fastify(serverOptions(config, logStream)).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // An expectation that is not known may be ignored (RFC 9110 section 10.1.1); Node would refuse it with an empty body.
  app.server.on('checkExpectation', app.routing)

  await app.register(errorHandler)
  await app.register(openapi)
  await app.register(jwt, options.jwt)
  await app.register(rateLimit, options.rateLimit)

  await app.register(loopDelay)
  await app.register(relay, options.relay)
  await app.register(hub, options.hub)
  await app.register(rooms, options.rooms)
  await app.register(sessions, options.sessions)
  await app.register(webhooks, { ...options.webhooks, timings: webhookTimings })
  await app.register(ingest, options.ingest)
  await app.register(metrics)
  await app.register(websocket, options.websocket)
  // Not before the plugin: it ends the sockets of the upgrades that are refused after it.
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    checkHost(raw)
    done()
  })

  await app.register(healthRoutes)
  await app.register(metricsRoute, options.metrics)
  await app.register(docsRoutes, options.connect)
  await app.register(socketRoutes, { connect: options.connect, adminRoles: config.adminRoles, onlinePublic: config.onlinePublic })
  if (config.consolePage === 'on') await app.register(consoleRoutes, { ...options.page, dialects: [...dialects.keys()], issueToken: developmentTokens(config) })
  return app
}

/** Tokens for the console, where the service has the key to sign them with and is nobody's real service. */
function developmentTokens (config: Config): IssueToken | undefined {
  const { production, jwtSecret: secret } = config
  if (production || secret === undefined) return undefined
  return async ({ sub, name, role }) => (
    await signToken({ id: sub, name, roles: role === undefined ? [] : [role] }, config, { secret, lifetimeMs: TOKEN_LIFETIME_MS })
  )
}

function serverOptions ({ trustProxy, handshakeTimeoutMs, ...config }: Config, stream: LogStream): FastifyHttpOptions<Server> {
  return {
    logger: { ...loggerOptions(config), stream },
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A request that drips in byte by byte ends like a handshake that does.
    requestTimeout: handshakeTimeoutMs,
    connectionTimeout: handshakeTimeoutMs,
    http: { headersTimeout: handshakeTimeoutMs, connectionsCheckingInterval: Math.min(1_000, handshakeTimeoutMs), requireHostHeader: false },
    forceCloseConnections: true,
    // While draining, the routes answer 503 themselves, in the form of all refusals.
    return503OnClosing: false,
    clientErrorHandler: refuseMalformed,
    frameworkErrors: refuseUnroutable
  }
}
