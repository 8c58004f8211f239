import type { AppOverrides } from '../../src/app.ts'
import type { TestClient } from '../client.ts'
import { startService, until, type Teardown, type TestService } from '../helper.ts'
import { startRedis, type RedisOptions, type RedisServer } from './redis-server.ts'

/** Services that one Redis makes a single hub. */
export interface Nodes {
  readonly redis: RedisServer
  readonly nodes: readonly [TestService, TestService, TestService]
}

/** Times that a test need not wait for. */
const quick: AppOverrides = { redisTimings: { sweepMs: 20, probeMs: 50 } }

/** Starts three services on a Redis of their own, ready for clients; they end with the test. */
export async function startNodes (t: Teardown, env: Record<string, string> = {}, overrides: AppOverrides = quick, redisOptions: RedisOptions = {}): Promise<Nodes> {
  const redis = await startRedis(t, redisOptions)
  const start = async (): Promise<TestService> => await startService(t, { REDIS_URL: redis.url, WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', ...env }, overrides)
  const nodes = [await start(), await start(), await start()] as const
  await whenReady(nodes)
  return { redis, nodes: [...nodes] }
}

/** Resolves when all of them may take clients. */
export async function whenReady (nodes: readonly TestService[]): Promise<void> {
  await until(() => nodes.every(({ app }) => app.relay.status().ready))
}

/** Publishes as soon as the node can. */
export async function publishAtLast (client: TestClient, room: string): Promise<void> {
  await until(async () => (await client.request({ type: 'send_message', room, payload: { content: 'again' } })).type === 'ack')
}

/** What a node says when it is asked whether it is ready, and whether it is alive. */
export async function readiness ({ address }: TestService): Promise<number[]> {
  return await Promise.all(['/health/ready', '/health/live'].map(async (path) => (await fetch(`${address}${path}`)).status))
}
