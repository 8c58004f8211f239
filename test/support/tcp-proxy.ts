import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Teardown } from '../helper.ts'

/** `up` leads from the client to the server, `down` back. */
export type Direction = 'up' | 'down' | 'both'
type Way = Exclude<Direction, 'both'>
/** What happens to bytes of one way. */
type Mode = 'pass' | 'hold' | 'swallow'

/** A network between a client and a server that a test can break. */
export class TcpProxy {
  readonly port: number
  readonly #modes: Record<Way, Mode> = { up: 'pass', down: 'pass' }
  readonly #links = new Set<Record<Way, Socket>>()
  #targetPort: number
  #isRefusing = false

  constructor (server: Server, { port }: AddressInfo, targetPort: number) {
    this.port = port
    this.#targetPort = targetPort
    server.on('connection', (client) => { this.#accept(client) })
  }

  /** Number of connections through it. */
  get connections (): number {
    return this.#links.size
  }

  /** Breaks all connections; new ones are accepted. */
  cut (): void {
    for (const { up, down } of this.#links) {
      up.destroy()
      down.destroy()
    }
  }

  /** Breaks all connections, and new ones at once, until {@link release}. */
  refuse (): void {
    this.#isRefusing = true
    this.cut()
  }

  /** Leads new connections to another port. */
  moveTo (targetPort: number): void {
    this.#targetPort = targetPort
  }

  /** Reads nothing more that goes this way: bytes, ends and resets stay underway until {@link release}, also of new connections. */
  hold (direction: Direction): void {
    this.#set(direction, 'hold')
  }

  /** Drops what goes this way until {@link release}, also of new connections; ends get through. */
  swallow (direction: Direction): void {
    this.#set(direction, 'swallow')
  }

  /** Lets all pass again, first what was held. */
  release (): void {
    this.#isRefusing = false
    this.#set('both', 'pass')
  }

  #set (direction: Direction, mode: Mode): void {
    const ways = direction === 'both' ? ['up', 'down'] as const : [direction]
    for (const way of ways) {
      this.#modes[way] = mode
      for (const link of this.#links) this.#steer(link[way], way)
    }
  }

  #steer (source: Socket, way: Way): void {
    if (this.#modes[way] === 'hold') source.pause()
    else source.resume()
  }

  #accept (client: Socket): void {
    if (this.#isRefusing) client.destroy()
    else this.#link(client, connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true }))
  }

  /** Joins two sockets; `up` in a link is the one whose bytes go up. */
  #link (client: Socket, server: Socket): void {
    const link = { up: client, down: server }
    this.#links.add(link)
    this.#forward(client, server, 'up')
    this.#forward(server, client, 'down')
    for (const socket of [client, server]) socket.on('close', () => { if (client.closed && server.closed) this.#links.delete(link) })
  }

  #forward (source: Socket, target: Socket, way: Way): void {
    source.setNoDelay(true)
    source.on('data', (chunk) => {
      if (this.#modes[way] === 'swallow' || target.write(chunk)) return
      source.pause()
      target.once('drain', () => { this.#steer(source, way) })
    })
    source.on('end', () => target.end())
    // An error of one side is the end of both; the close that follows it tells.
    source.on('error', () => {})
    source.on('close', (hasFailed) => { if (hasFailed) target.destroy() })
    this.#steer(source, way)
  }
}

/** Starts a proxy in front of a port of 127.0.0.1; ends it and its connections with the test. */
export async function startProxy (t: Teardown, targetPort: number): Promise<TcpProxy> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = new TcpProxy(server, server.address() as AddressInfo, targetPort)
  t.teardown(() => {
    server.close()
    proxy.cut()
  })
  return proxy
}
