import { SECRET, tokenFor, until, type Teardown } from '../helper.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { Checker } from './checker.ts'
import { startNode, type FaultNode } from './fault-node.ts'
import { Notifier } from './notifier.ts'
import type { Random } from './random.ts'
import { ResumingClient, type RoomSeat } from './resuming-client.ts'
import { Traffic } from './traffic.ts'

/** How large a world is. */
export interface WorldOptions {
  readonly nodes?: number
  readonly rooms?: number
  readonly clients?: number
  /** Rooms of each client. */
  readonly roomsPerClient?: number
  /** Messages a second. */
  readonly rate?: number
  readonly random: Random
  /** More settings of the nodes. */
  readonly env?: NodeJS.ProcessEnv
}

/** Everything that faults can befall, and those who watch. */
export interface World {
  readonly redis: RedisServer
  readonly nodes: readonly FaultNode[]
  /** Between each node and Redis. */
  readonly proxies: readonly TcpProxy[]
  readonly clients: readonly ResumingClient[]
  readonly notifier: Notifier
  readonly traffic: Traffic
  readonly checker: Checker
}

const KEEPING = ['--appendonly', 'yes', '--appendfsync', 'everysec']
const SETTINGS = {
  JWT_SECRET: SECRET,
  WS_MESSAGE_RATE: '0',
  WS_HANDSHAKE_RATE: '0',
  WS_REST_RATE: '0',
  // What is missed in an outage of a minute is still there afterwards.
  WS_HISTORY_SIZE: '5000',
  WS_DRAIN_TIMEOUT: '2s',
  LOG_LEVEL: 'fatal'
}

/** Starts a Redis that keeps what it has on disk, nodes on it, and clients that are settled in their rooms; all ends with the test. */
export async function startWorld (t: Teardown, options: WorldOptions): Promise<World> {
  const { nodes: nodeCount = 3, rate = 200, random, env = {} } = options
  const redis = await startRedis(t, { args: KEEPING })
  const proxies = await Promise.all(Array.from({ length: nodeCount }, () => startProxy(t, redis.port)))
  const checker = new Checker()
  const onCrash = (what: string): void => checker.findings.note('unexplained', what)
  const nodes = await Promise.all(proxies.map(({ port }) => startNode(t, { REDIS_URL: `redis://127.0.0.1:${port}`, ...SETTINGS, ...env }, onCrash)))
  const urls = nodes.map(({ socketUrl }) => socketUrl)
  const clients = await makeClients({ ...options, urls, checker })
  const notifier = new Notifier({ addresses: nodes.map(({ address }) => address), checker, random: random.fork() })
  const traffic = new Traffic({ clients, notifier, random: random.fork(), rate })
  t.teardown(() => {
    traffic.pause()
    notifier.stop()
    for (const client of clients) client.stop()
  })
  for (const client of clients) client.start()
  await until(() => clients.every(({ isSettled }) => isSettled))
  return { redis, nodes, proxies, clients, notifier, traffic, checker }
}

interface ClientsOptions extends WorldOptions {
  readonly urls: readonly string[]
  readonly checker: Checker
}

/** Clients with rooms that overlap, in each about half of them as members. */
async function makeClients ({ rooms: roomCount = 6, clients: clientCount = 24, roomsPerClient = 3, random, urls, checker }: ClientsOptions): Promise<ResumingClient[]> {
  return await Promise.all(Array.from({ length: clientCount }, async (_, index) => {
    const name = `c${index}`
    const token = await tokenFor({ sub: name, name, exp: Math.floor(Date.now() / 1000) + 86_400 })
    const rooms: RoomSeat[] = Array.from({ length: Math.min(roomsPerClient, roomCount) }, (_, place) => {
      return { room: `r${(index + place) % roomCount}`, isMember: (index + place) % 2 === 0 }
    })
    return new ResumingClient({ name, token, rooms, urls, random: random.fork(), checker })
  }))
}
