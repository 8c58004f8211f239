/**
 * Below the ports that systems give to outgoing connections: who connects again and again to a server that is gone would
 * sooner or later get the server's own port, and talk to itself.
 */
const FIRST_PORT = 11_000
const LAST_PORT = 32_000
const ATTEMPTS = 20
const PORT_TAKEN = /address already in use/i

/** Starts a server that cannot choose a port itself on ports at random, until one is free; other errors are thrown on. */
export async function startOnFreePort<T> (start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT)))
    } catch (error) {
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error
    }
  }
}
