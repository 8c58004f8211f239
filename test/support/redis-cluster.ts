import { until, type Teardown } from '../helper.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const MASTERS = 3
const SLOTS = 16_384
const ARGS = [
  '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-announce-ip', '127.0.0.1', '--repl-diskless-sync-delay', '0'
]

/** A Redis Cluster. */
export interface RedisCluster {
  /** The three masters by their slots; after them, in the same order, a replica of each if there are any. */
  readonly servers: readonly RedisServer[]
  /** Every server's `redis://127.0.0.1:port`, with commas between. */
  readonly url: string
}

/** How many replicas each master has. */
export interface RedisClusterOptions {
  readonly replicas?: 0 | 1
}

/** Starts a cluster of three masters and waits until all its nodes call it well; ends it with the test. */
export async function startRedisCluster (t: Teardown, { replicas = 0 }: RedisClusterOptions = {}): Promise<RedisCluster> {
  const servers = await Promise.all(Array.from({ length: MASTERS * (1 + replicas) }, () => startRedis(t, { args: ARGS })))
  const masters = servers.slice(0, MASTERS)
  await Promise.all(servers.map((server, index) => server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))))
  await Promise.all(masters.map(shareSlots))
  await introduce(servers)
  await Promise.all(servers.slice(MASTERS).map((replica, index) => follow(replica, masters[index])))
  await Promise.all(servers.map((server) => until(() => isWell(server, servers.length - MASTERS), 50)))
  return { servers, url: servers.map(({ url }) => url).join(',') }
}

async function shareSlots (master: RedisServer, index: number): Promise<void> {
  const first = Math.ceil(SLOTS * index / MASTERS)
  const last = Math.ceil(SLOTS * (index + 1) / MASTERS) - 1
  await master.command('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last))
}

/** Makes all nodes known to all nodes. */
async function introduce (servers: readonly RedisServer[]): Promise<void> {
  const [first, ...others] = servers
  for (const { port } of others) await first?.command('CLUSTER', 'MEET', '127.0.0.1', String(port))
  await Promise.all(servers.map((server) => until(async () => (await nodesOf(server)).filter(isMet).length === servers.length, 50)))
}

async function follow (replica: RedisServer, master: RedisServer | undefined): Promise<void> {
  await replica.command('CLUSTER', 'REPLICATE', String(await master?.command('CLUSTER', 'MYID')))
  await until(async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'), 50)
}

/** Whether a node serves all slots and knows every replica as one. */
async function isWell (server: RedisServer, replicas: number): Promise<boolean> {
  const info = String(await server.command('CLUSTER', 'INFO'))
  const nodes = await nodesOf(server)
  return info.includes('cluster_state:ok') && nodes.filter((node) => / (?:myself,)?slave /.test(node)).length === replicas
}

function isMet (node: string): boolean {
  return !node.includes('handshake')
}

/** What a node knows of each node, itself included: a line of CLUSTER NODES. */
async function nodesOf (server: RedisServer): Promise<string[]> {
  return String(await server.command('CLUSTER', 'NODES')).trim().split('\n')
}
