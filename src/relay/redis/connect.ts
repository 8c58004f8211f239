import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis'
import type { HostPort, RedisAccess, RedisTarget } from './redis-url.ts'

/**
 * Settings of every connection, measured against frozen, killed and restarted servers: nothing is queued or sent again behind our
 * back, what cannot be answered fails at once, and the connection comes back by itself.
 */
const common = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  disconnectTimeout: 0,
  // Covers a handshake that is never answered: a frozen server's kernel accepts connections all the same.
  socketTimeout: 3_000,
  retryStrategy: (attempt: number) => attempt === 1 ? 0 : Math.min(50 * attempt, 500),
  // After a failover the old master refuses to write.
  reconnectOnError: ({ message }: Error) => message.startsWith('READONLY')
} satisfies RedisOptions

/** A connection for commands: to one server, or to the masters of a cluster. */
export type CommandClient = Redis | Cluster

/** A connection for commands, as the target wants it; connects by itself, and again whenever it has to. */
export function openCommands (target: RedisTarget): CommandClient {
  return target.kind === 'cluster' ? new Cluster(nodesOf(target.servers), clusterOptions(target.servers[0])) : openSingle(target)
}

/** A connection for subscriptions: to the one server, or to the named master of a cluster. */
export function openSubscriber (target: RedisTarget, master?: HostPort): Redis {
  if (target.kind !== 'cluster') return openSingle(target)
  return new Redis({ ...common, ...accessOptions(target.servers[0]), ...master })
}

/** Ends a client for good, also one that is about to connect. */
export function closeClient (client: CommandClient): void {
  client.on('connect', () => client.disconnect())
  client.disconnect()
}

/** Has a cluster asked anew who has which slots; what else there is to do about it comes of the answer. */
export function refreshSlots (client: CommandClient): void {
  if (client instanceof Cluster) client.refreshSlotsCache(() => {})
}

/** Calls the listener now if the client is ready, and whenever it, or in a cluster any of its nodes, becomes so. */
export function onEveryReady (client: CommandClient, listener: () => void): void {
  client.on('ready', listener)
  if (client instanceof Cluster) {
    for (const node of client.nodes()) node.on('ready', listener)
    client.on('+node', (node: Redis) => node.on('ready', listener))
  }
  if (client.status === 'ready') listener()
}

function openSingle (target: Exclude<RedisTarget, { kind: 'cluster' }>): Redis {
  if (target.kind === 'single') return new Redis({ ...common, ...accessOptions(target.server), host: target.server.host, port: target.server.port })
  const { sentinels, name, access } = target
  return new Redis({
    ...common,
    ...accessOptions(access),
    sentinels: [...sentinels],
    name,
    sentinelRetryStrategy: (attempt: number) => Math.min(50 * attempt, 500),
    ...(access.tls && { enableTLSForSentinelMode: true })
  })
}

function clusterOptions (access: RedisAccess | undefined) {
  return {
    redisOptions: { ...common, ...accessOptions(access) },
    enableOfflineQueue: false,
    clusterRetryStrategy: (attempt: number) => Math.min(50 * attempt, 500),
    slotsRefreshInterval: 2_000,
    slotsRefreshTimeout: 1_000,
    // A moved slot or a failover is asked for again within what a publish may take.
    maxRedirections: 4,
    retryDelayOnMoved: 20,
    // Otherwise a call on a connection that broke would be sent again, and done twice.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 100,
    scaleReads: 'master'
  } satisfies ClusterOptions
}

function nodesOf (servers: readonly HostPort[]): HostPort[] {
  return servers.map(({ host, port }) => ({ host, port }))
}

function accessOptions (access: RedisAccess | undefined) {
  if (access === undefined) return {}
  const { tls, username, password, db } = access
  return {
    db,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    ...(tls && { tls: {} })
  }
}
