import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Ports below those that systems give to outgoing connections: a client that connects to a stopped server again and again
 * would sooner or later get the server's own port, and talk to itself. Ports 10,000 higher are still below as well, for the
 * cluster bus of Redis.
 */
const FIRST_PORT = 11_000
const LAST_PORT = 22_700

/** A port of 127.0.0.1 on which nothing listens at this moment; another process may still be quicker in taking it. */
export async function freePort (): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    if (await isFree(port)) return port
  }
}

async function isFree (port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
