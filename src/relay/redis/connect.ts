import { Cluster, Redis, type ClusterNode, type ClusterOptions, type RedisOptions } from 'ioredis'
import { isRecord } from '../../guards.ts'
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

/** What an application may have set for its own commands, and what is the relay's business: its names, its scripts, the form of its answers. */
const ours = {
  keyPrefix: '',
  lazyConnect: false,
  enableReadyCheck: true,
  enableAutoPipelining: false,
  stringNumbers: false,
  scripts: undefined,
  himportFieldsets: undefined,
  monitor: false,
  readOnly: false,
  role: 'master',
  protocol: 3,
  replyMapping: 'legacy',
  commandTimeout: undefined,
  blockingTimeout: undefined
} satisfies RedisOptions
const oursOfCluster = { keyPrefix: '', lazyConnect: false, enableReadyCheck: true, enableAutoPipelining: false, scripts: undefined, himportFieldsets: undefined } satisfies ClusterOptions

/** A connection for commands: to one server, or to the masters of a cluster. */
export type CommandClient = Redis | Cluster

/** An ioredis client, of whatever copy: where it goes is all that is wanted of it. The client itself is neither used nor changed nor closed. */
export interface ClientLike {
  readonly isCluster: boolean
  readonly options: object
}

/** Where Redis is: an address, or where an application's own client goes. */
export type RedisPlace = RedisTarget | ClientLike

/** A connection for commands, as the place wants it; connects by itself, and again whenever it has to. */
export function openCommands (place: RedisPlace): CommandClient {
  if (isClientLike(place)) return openLike(place)
  return place.kind === 'cluster' ? new Cluster(nodesOf(place.servers), clusterOptions(accessOptions(place.servers[0]))) : openSingle(place)
}

/** A connection for subscriptions: to the one server, or to the named master of a cluster. */
export function openSubscriber (place: RedisPlace, master?: HostPort): Redis {
  if (isClientLike(place)) return new Redis({ ...(place.isCluster ? redisOptionsOf(place) : place.options), ...common, ...ours, ...master })
  if (place.kind !== 'cluster') return openSingle(place)
  return new Redis({ ...common, ...accessOptions(place.servers[0]), ...master })
}

/** True for a cluster, where channels and keys have places of their own. */
export function isCluster (place: RedisPlace): boolean {
  return isClientLike(place) ? place.isCluster : place.kind === 'cluster'
}

/** True for what looks like a client of ioredis. */
export function isClientLike (value: unknown): value is ClientLike {
  return isRecord(value) && typeof value['isCluster'] === 'boolean' && isRecord(value['options'])
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

/** The application's address, credentials and TLS, with settings of our own. */
function openLike (client: ClientLike): CommandClient {
  if (!client.isCluster) return new Redis({ ...client.options, ...common, ...ours })
  return new Cluster(startupNodesOf(client), { ...client.options, ...oursOfCluster, ...clusterOptions({ ...redisOptionsOf(client), ...ours }) })
}

/** The property is one of ioredis' own; what `duplicate()` makes of it would be a client of the application's copy, not of this one. */
function startupNodesOf (client: ClientLike & { readonly startupNodes?: unknown }): ClusterNode[] {
  if (!Array.isArray(client.startupNodes)) throw new Error('redis.client: expected a Cluster with nodes to start from')
  return client.startupNodes
}

function redisOptionsOf ({ options }: ClientLike & { readonly options: { readonly redisOptions?: unknown } }): object {
  return isRecord(options.redisOptions) ? options.redisOptions : {}
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

function clusterOptions (redisOptions: object) {
  return {
    redisOptions: { ...redisOptions, ...common },
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
