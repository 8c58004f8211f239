import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import hubPlugin from '../plugins/hub.ts'
import ingest, { type IngestPluginOptions } from '../plugins/ingest.ts'
import jwt, { type JwtPluginOptions } from '../plugins/jwt.ts'
import loopDelay from '../plugins/loop-delay.ts'
import metrics from '../plugins/metrics.ts'
import ownAuth, { type OwnAuthOptions } from '../plugins/own-auth.ts'
import rateLimit, { type RateLimitPluginOptions } from '../plugins/rate-limit.ts'
import relay, { type RelayPluginOptions } from '../plugins/relay.ts'
import rooms, { defaultPolicy, type RoomsPluginOptions } from '../plugins/rooms.ts'
import sessions, { type SessionsPluginOptions } from '../plugins/sessions.ts'
import upgrader from '../plugins/upgrader.ts'
import webhooks, { type WebhooksPluginOptions } from '../plugins/webhooks.ts'
import type { SocketPluginOptions } from '../plugins/websocket.ts'
import { HubUsageError } from '../src/errors.ts'
import docsRoutes from './docs.ts'
import healthRoutes from './health.ts'
import { isolate } from './isolate.ts'
import metricsRoute from './metrics.ts'
import { checkOrigin } from './ws/door.ts'
import socketRoutes, { DEFAULT_ORIGINS, type SocketRoutesOptions } from './ws/index.ts'

/** The whole hub in an application. Either `jwt` or `authenticate` must be given; all else has the default of the settings table. */
export interface HubOptions extends RelayPluginOptions, SocketRoutesOptions, Partial<OwnAuthOptions> {
  /** What all paths of the hub begin with: `/realtime` makes it `/realtime/ws`. */
  readonly prefix?: string
  /** Tokens tell who somebody is. */
  readonly jwt?: JwtPluginOptions
  readonly rateLimit?: RateLimitPluginOptions
  readonly rooms?: RoomsPluginOptions
  readonly sessions?: SessionsPluginOptions
  readonly websocket?: SocketPluginOptions
  /** Events of other systems; none by default. */
  readonly ingest?: IngestPluginOptions
  /** Who is told who comes and goes; nobody by default. */
  readonly webhooks?: WebhooksPluginOptions
  /** Whether there are `/health`, `/health/ready` and `/health/live`, under the prefix; false by default. */
  readonly health?: boolean
  /** Whether there is `/metrics`, under the prefix, for administrators; false by default. */
  readonly metrics?: boolean
  /** Whether there is `/docs/asyncapi.json`, under the prefix; false by default. */
  readonly asyncapi?: boolean
  /** Whether the application's own OpenAPI document shows the hub's routes; false by default. */
  readonly openapi?: boolean
}

const EXPECTED_AUTH = 'expected either jwt, for tokens, or authenticate, a function that says who makes a request'
/** Methods that change nothing. */
const HARMLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** The service has a second path for old clients. */
const DEFAULT_PATHS: readonly string[] = ['/ws']

/**
 * Decorates `hub`, `rooms`, `relay` and `callers` at the application that it is registered at; all else is in a context of its own. Throws where
 * the application has a hub already, and where it is not said how to tell who somebody is.
 */
const embedded: FastifyPluginAsync<HubOptions> = async (app, { prefix = '', ...options }) => {
  if (app.hasDecorator('hub')) throw new Error('there is a hub already: register it once, in the context whose routes are to see app.hub')
  await app.register(async (scope) => {
    isolate(scope, { openapi: options.openapi ?? false })
    await addParts(scope, app, options)
    await addRoutes(scope, options)
    app.decorate('hub', scope.hub).decorate('rooms', scope.rooms).decorate('relay', scope.relay).decorate('callers', scope.callers)
  }, { prefix })
}

export default fp(embedded, { name: 'hub', fastify: '5.x' })

async function addParts (scope: FastifyInstance, app: FastifyInstance, options: HubOptions): Promise<void> {
  const { relay: port, redis, nodeId, history, positionTtlMs, adminRoles } = options
  await addAuth(scope, options)
  await scope.register(rateLimit, options.rateLimit ?? {})
  await scope.register(relay, given({ relay: port, redis, nodeId, history, positionTtlMs }))
  await scope.register(hubPlugin, { handlerApp: app, ...given({ adminRoles }) })
  await scope.register(rooms, { policy: { ...defaultPolicy, ...given({ adminRoles }) }, ...options.rooms })
  await scope.register(sessions, options.sessions ?? {})
  if (options.webhooks !== undefined) await scope.register(webhooks, options.webhooks)
  if (options.ingest !== undefined) await scope.register(ingest, options.ingest)
}

async function addAuth (scope: FastifyInstance, { jwt: tokens, authenticate, identify, connect: { origins = DEFAULT_ORIGINS } = {} }: HubOptions): Promise<void> {
  if (tokens !== undefined && authenticate !== undefined) throw new HubUsageError('HUB_ERR_BAD_KEY', `${EXPECTED_AUTH}, got both`)
  if (authenticate !== undefined) {
    await scope.register(ownAuth, { authenticate, ...given({ identify }) })
    // Unlike a token, a session comes along with whatever any page sends.
    scope.addHook('onRequest', (request, _reply, done) => {
      if (!HARMLESS.has(request.method)) checkOrigin(request, { origins })
      done()
    })
    return
  }
  if (tokens === undefined) throw new HubUsageError('HUB_ERR_BAD_KEY', `${EXPECTED_AUTH}, got neither`)
  if (identify !== undefined) throw new HubUsageError('HUB_ERR_BAD_KEY', 'expected identify only beside authenticate')
  // The application may have @fastify/jwt: what that has decorated stays as it is.
  scope.decorate('jwt', Object.create(null))
  await scope.register(jwt, tokens)
}

async function addRoutes (scope: FastifyInstance, options: HubOptions): Promise<void> {
  const connect = { paths: DEFAULT_PATHS, ...options.connect }
  await scope.register(upgrader, options.websocket ?? {})
  await scope.register(socketRoutes, { ...given({ adminRoles: options.adminRoles, onlinePublic: options.onlinePublic }), connect })
  if (options.health === true) {
    await scope.register(loopDelay)
    await scope.register(healthRoutes)
  }
  if (options.metrics === true) {
    await scope.register(metrics)
    await scope.register(metricsRoute, given({ adminRoles: options.adminRoles }))
  }
  if (options.asyncapi === true) await scope.register(docsRoutes, { ...connect, paths: connect.paths.map((path) => fullPath(scope.prefix, path)) })
}

/** As Fastify puts them together. */
function fullPath (prefix: string, path: string): string {
  return prefix.endsWith('/') && path.startsWith('/') ? prefix + path.slice(1) : prefix + path
}

/** Without the options that are not given: an undefined one would count as said. */
function given<T extends object> (options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
