import Fastify, { type FastifyInstance } from 'fastify'
import { hub, type HubOptions } from '../../src/index.ts'
import { SECRET, type Teardown } from '../helper.ts'

/** An application with the hub in it, on a free port. */
export interface Embedded {
  readonly app: FastifyInstance
  /** `http://127.0.0.1:port` */
  readonly address: string
}

/** Tokens as `tokenFor` signs them, and a short end. */
export const quick = { jwt: { secret: SECRET }, sessions: { drainTimeoutMs: 500 }, websocket: { closeTimeoutMs: 500 } } as const satisfies HubOptions

/** Registers the hub and listens; ends with the test. */
export async function startEmbedded (t: Teardown, options: HubOptions = quick, app: FastifyInstance = Fastify()): Promise<Embedded> {
  await app.register(hub, options)
  return await listen(t, app)
}

/** Listens on a free port; ends with the test. */
export async function listen (t: Teardown, app: FastifyInstance): Promise<Embedded> {
  t.teardown(() => app.close())
  return { app, address: await app.listen({ host: '127.0.0.1', port: 0 }) }
}
