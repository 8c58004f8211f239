import type { FastifyInstance } from 'fastify'
import { buildApp, loadConfig } from '../../src/index.ts'
import { SECRET, type Teardown } from '../helper.ts'

/** Starts the service with what somebody's application adds to it before it listens; ends with the test. */
export async function startApplication (t: Teardown, add: (app: FastifyInstance) => void): Promise<{ app: FastifyInstance, address: string }> {
  const { config } = loadConfig({ LOG_LEVEL: 'silent', JWT_SECRET: SECRET, WS_DRAIN_TIMEOUT: '500ms' })
  const app = await buildApp(config, { timings: { closeTimeoutMs: 500 } })
  add(app)
  t.teardown(() => app.close())
  return { app, address: await app.listen({ host: '127.0.0.1', port: 0 }) }
}
