import type { HubSpec } from './hubs.ts'
import { startRedis } from './redis-process.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const ADDRESS = /listening on http:\/\/([\w.:[\]-]+)/

/** A hub that listens, on one node or several. */
export interface RunningHub {
  /** All processes that it takes, the Redis between its nodes included. */
  readonly pids: readonly number[]
  /** `ws://127.0.0.1:port` of each node. */
  readonly urls: readonly string[]
  stop: () => Promise<void>
}

/** Starts a hub with all that it takes, and waits until every node listens. When one does not start, none is left. */
export async function startHub (spec: HubSpec): Promise<RunningHub> {
  const started: ServerProcess[] = []
  const stop = async () => { await Promise.all(started.map((server) => server.stop())) }
  try {
    const redis = spec.nodes > 1 ? await startRedis() : undefined
    if (redis !== undefined) started.push(redis)
    const urls: string[] = []
    for (let node = 0; node < spec.nodes; node++) {
      const server = await startNode(spec, redis?.url)
      started.push(server)
      urls.push(`ws://${server.told}`)
    }
    return { pids: started.map(({ pid }) => pid), urls, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startNode ({ name, args, env }: HubSpec, redisUrl: string | undefined): Promise<ServerProcess> {
  const settings = { ...env, ...(redisUrl !== undefined && { REDIS_URL: redisUrl }) }
  return await startServer({ name, command: process.execPath, args, env: settings, ready: ADDRESS })
}
