import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { MAX_DELAY_MS } from '../config/duration.ts'
import type { Config } from '../config/env-schema.ts'
import { buildApp } from './app.ts'
import { nodeShortfall, warnOfShortfall } from './version-floors.ts'

/** A service that accepts connections. */
export interface RunningServer {
  readonly app: FastifyInstance
  /** `http://host:port` as this machine reaches it. */
  readonly address: string
  /** The secret that was made up because no key is set; undefined with a key. */
  readonly developmentSecret: string | undefined
}

/** Bytes of the secret that development makes up. */
const SECRET_BYTES = 32
/** What a stuck shutdown gets on top of the drain. */
const CLOSE_MARGIN_MS = 2_000
/** As long as a service that has failed tries to end in order; what it knows may be wrong, and a new one can take over. */
const CRASH_LIMIT_MS = 5_000

/** Builds the service and listens. Rejects when the port cannot be had; the error names host and port. */
export async function startServer (config: Config): Promise<RunningServer> {
  const hasKey = config.jwtSecret !== undefined || config.jwtPublicKey !== undefined || config.jwtJwksUrl !== undefined
  const developmentSecret = hasKey ? undefined : randomBytes(SECRET_BYTES).toString('base64url')
  const app = await buildApp(developmentSecret === undefined ? config : { ...config, jwtSecret: developmentSecret })
  try {
    await app.listen({ host: config.host, port: config.port, listenTextResolver: (address) => `listening on ${address}` })
  } catch (error) {
    await app.close()
    throw new Error(`cannot listen on ${bracketed(config.host)}:${config.port}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  warnOfShortfall(app.log, nodeShortfall(process.versions.node))
  return { app, address: addressOf(app, config), developmentSecret }
}

/**
 * Ends the process in order when it is told to: drains, closes, exits 0 in time. A second signal ends it at once. An exception that nobody
 * caught ends it, too: in order as far as 5 s are enough for that, and with exit code 1.
 */
export function closeOnSignals (app: FastifyInstance, { drainTimeoutMs }: Pick<Config, 'drainTimeoutMs'>): void {
  const delay = Math.min(drainTimeoutMs + CLOSE_MARGIN_MS, MAX_DELAY_MS)
  closeWithGrace({ delay, logger: app.log }, async ({ err, signal }) => {
    if (signal === undefined) return await crash(app, err)
    app.log.info({ signal }, 'shutting down')
    await end(app)
  })
}

/** With an error given, the process ends as one that has failed; without, as after a rejection that has no reason, it takes a rejection. */
async function crash (app: FastifyInstance, err: Error | undefined): Promise<void> {
  app.log.fatal({ err }, 'uncaught exception')
  await Promise.race([end(app), sleep(CRASH_LIMIT_MS)])
  if (err === undefined) throw new Error('a promise was rejected without a reason')
}

async function end (app: FastifyInstance): Promise<void> {
  await app.drain.run()
  await app.close()
}

/** Where a node that listens on all addresses is reached from its own machine; `localhost` may mean the other family. */
const LOOPBACK_OF_ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

function addressOf (app: FastifyInstance, { host }: Config): string {
  const bound = app.server.address()
  return `http://${bracketed(LOOPBACK_OF_ANY[host] ?? host)}:${typeof bound === 'object' ? bound?.port : 0}`
}

function bracketed (host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
