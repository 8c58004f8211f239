import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Balancer, BalancerOptions } from './balancer.ts'
import { Readiness } from './readiness.ts'

/** The one thing it says itself. */
const NOBODY_READY = [
  'HTTP/1.1 503 Service Unavailable',
  'Content-Type: application/json',
  'Retry-After: 1',
  'Connection: close',
  '',
  '{"error":"no instance is ready","code":"UNAVAILABLE"}'
].join('\r\n')

/**
 * Balances connections, whatever goes through them: each goes to the next instance that is ready, in turn. Adds no header,
 * so that instances see the balancer as their client. For a try on one machine; installations take a real balancer.
 * @throws {Error} when the port cannot be had
 */
export async function startOwnBalancer ({ port, targets }: BalancerOptions): Promise<Balancer> {
  const readiness = new Readiness(targets)
  const sockets = new Set<Socket>()
  const turn = makeTurn(targets, readiness)
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    track(sockets, client)
    connectToFirst(client, turn(), { readiness, sockets })
  })
  try {
    await readiness.check()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    readiness.stop()
    throw error
  }
  return { kind: 'own', address: addressOf(server), process: undefined, ...ending(server, sockets, readiness) }
}

interface Links {
  readonly readiness: Readiness
  readonly sockets: Set<Socket>
}

/** Connects a client to the first candidate that takes it. */
function connectToFirst (client: Socket, [target, ...others]: readonly string[], links: Links): void {
  if (target === undefined) {
    client.end(NOBODY_READY)
    client.resume()
    return
  }
  const { hostname, port } = new URL(target)
  const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
  const refused = () => {
    links.readiness.failed(target)
    connectToFirst(client, others, links)
  }
  track(links.sockets, upstream)
  upstream.once('error', refused)
  upstream.once('connect', () => {
    upstream.off('error', refused)
    link(client, upstream)
  })
}

/** What one side sends the other gets, up to the end; when one breaks, so does the other. */
function link (client: Socket, upstream: Socket): void {
  client.pipe(upstream)
  upstream.pipe(client)
  client.once('close', () => upstream.destroy())
  upstream.once('close', () => client.destroySoon())
  if (client.destroyed) upstream.destroy()
}

/** Remembers a socket while it is open. What breaks it shows in its close. */
function track (sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.once('close', () => sockets.delete(socket))
}

/** Gives the ready targets in turn: each time those behind the first of the time before. */
function makeTurn (targets: readonly string[], readiness: Readiness): () => readonly string[] {
  let next = 0
  return () => {
    const candidates = [...targets.slice(next), ...targets.slice(0, next)].filter((target) => readiness.isReady(target))
    const [first] = candidates
    if (first !== undefined) next = (targets.indexOf(first) + 1) % targets.length
    return candidates
  }
}

function addressOf (server: Server): string {
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`
}

function ending (server: Server, sockets: ReadonlySet<Socket>, readiness: Readiness): Pick<Balancer, 'close' | 'stop'> {
  let closed: Promise<unknown> | undefined
  const close = () => {
    if (closed !== undefined) return
    closed = once(server, 'close')
    readiness.stop()
    server.close()
  }
  const stop = async () => {
    close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { close, stop }
}
