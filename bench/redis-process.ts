import { once } from 'node:events'
import { createServer } from 'node:net'
import { startServer, type ServerProcess } from './server-process.ts'

const READY = /Ready to accept connections/
const PORT_TAKEN = /Address already in use/
const ATTEMPTS = 5

/** A Redis that listens. */
export interface RedisProcess extends ServerProcess {
  /** `redis://127.0.0.1:port` */
  readonly url: string
}

/** Starts a Redis that keeps nothing on disk, on a free port. Rejects when `redis-server` is not there or does not come up. */
export async function startRedis (): Promise<RedisProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await freePort())
    } catch (error) {
      // Another process can be quicker in taking a port that was free.
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error
    }
  }
}

async function startOn (port: number): Promise<RedisProcess> {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
  const server = await startServer({ name: 'redis-server', command: 'redis-server', args, env: {}, ready: READY })
  return { ...server, url: `redis://127.0.0.1:${port}` }
}

/** A port that nobody listens on; a Redis cannot choose one itself. */
async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
  return address.port
}
