import Fastify, { type FastifyInstance } from 'fastify'
import errorHandlerPlugin from '../../plugins/error-handler.ts'
import hubPlugin from '../../plugins/hub.ts'
import jwtPlugin from '../../plugins/jwt.ts'
import rateLimitPlugin from '../../plugins/rate-limit.ts'
import relayPlugin from '../../plugins/relay.ts'
import roomsPlugin from '../../plugins/rooms.ts'
import sessionsPlugin, { type SessionsPluginOptions } from '../../plugins/sessions.ts'
import websocketPlugin from '../../plugins/websocket.ts'
import socketRoutes from '../../routes/ws/index.ts'
import { SECRET, type LogLine, type TestService, type Teardown } from '../helper.ts'
import { linkRelays, type LinkedRelay } from './linked-relays.ts'

/** One of two nodes with all its routes. */
export type LinkedService = TestService & { readonly relay: LinkedRelay }

/** What a test wants different from the defaults. */
export type LinkedServiceOptions = Pick<SessionsPluginOptions, 'admission'>

/** Starts two services of one cluster, made of the plugins; they end with the test. */
export async function startTwoServices (t: Teardown, options: LinkedServiceOptions = {}): Promise<[LinkedService, LinkedService]> {
  const [first, second] = linkRelays(t)
  if (first === undefined || second === undefined) throw new Error('expected two relays')
  return [await startLinked(t, first, options), await startLinked(t, second, options)]
}

async function startLinked (t: Teardown, relay: LinkedRelay, options: LinkedServiceOptions): Promise<LinkedService> {
  const logs: LogLine[] = []
  const app = Fastify({ logger: { level: 'debug', stream: { write: (line: string) => { logs.push(JSON.parse(line)) } } } })
  t.teardown(() => app.close())
  await registerAll(app, relay, options)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, address, logs, relay }
}

async function registerAll (app: FastifyInstance, relay: LinkedRelay, options: LinkedServiceOptions): Promise<void> {
  await app.register(errorHandlerPlugin)
  await app.register(jwtPlugin, { secret: SECRET })
  await app.register(rateLimitPlugin)
  await app.register(relayPlugin, { relay })
  await app.register(hubPlugin)
  await app.register(roomsPlugin)
  await app.register(sessionsPlugin, { drainTimeoutMs: 500, ...options })
  await app.register(websocketPlugin)
  await app.register(socketRoutes)
}
