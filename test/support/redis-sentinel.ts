import { until, type Teardown } from '../helper.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const NAME = 'hub'
const SENTINELS = 3
const QUORUM = 2
const DATA_ARGS = ['--repl-diskless-sync-delay', '0']

/** A master and its replica, watched over by three Sentinels. */
export interface RedisSentinel {
  /** The master at the start; after a failover, the replica. */
  readonly master: RedisServer
  /** The replica at the start; after a failover, the master. */
  readonly replica: RedisServer
  readonly sentinels: readonly RedisServer[]
  readonly sentinelPorts: readonly number[]
  /** What the Sentinels call the master. */
  readonly name: typeof NAME
  /** `redis+sentinel://127.0.0.1:port,…/hub` */
  readonly url: string
  /** Port of the server that all Sentinels name as the master; undefined while they disagree. */
  masterPort (): Promise<number | undefined>
  /**
   * Has the other server made the master and waits until all Sentinels name it; all five must run. The old one takes
   * itself for a master for some 10 s more, until the Sentinels turn it into a replica and close its connections.
   */
  failover (): Promise<void>
}

/** Starts master, replica and Sentinels and waits until these know each other and the replica; ends them with the test. */
export async function startRedisSentinel (t: Teardown): Promise<RedisSentinel> {
  const master = await startRedis(t, { args: DATA_ARGS })
  const replica = await startRedis(t, { args: [...DATA_ARGS, '--replicaof', '127.0.0.1', String(master.port)] })
  const config = sentinelConfig(master.port)
  const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startRedis(t, { config, args: ['--sentinel'] })))
  await until(() => isLinked(replica), 50)
  await Promise.all(sentinels.map((sentinel) => until(() => knowsAll(sentinel), 50)))
  const sentinelPorts = sentinels.map(({ port }) => port)
  return {
    master,
    replica,
    sentinels,
    sentinelPorts,
    name: NAME,
    url: `redis+sentinel://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    masterPort: () => agreedPort(sentinels),
    failover: () => failover(sentinels)
  }
}

function sentinelConfig (masterPort: number): string {
  return [
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 3000`,
    `sentinel parallel-syncs ${NAME} 1`,
    ''
  ].join('\n')
}

async function isLinked (replica: RedisServer): Promise<boolean> {
  return String(await replica.command('INFO', 'replication')).includes('master_link_status:up')
}

/** Whether a Sentinel knows the two others and the replica, which must be fit to be promoted. */
async function knowsAll (sentinel: RedisServer): Promise<boolean> {
  const [master, replicas] = await Promise.all([sentinel.command('SENTINEL', 'MASTER', NAME), sentinel.command('SENTINEL', 'REPLICAS', NAME)])
  const [replica] = Array.isArray(replicas) ? replicas.map(fieldsOf) : []
  const others = fieldsOf(master).get('num-other-sentinels')
  return others === String(SENTINELS - 1) && replica?.get('flags') === 'slave' && replica.get('master-link-status') === 'ok'
}

/** Fields of a flat list of names and values. */
function fieldsOf (reply: unknown): Map<string, string> {
  const parts = Array.isArray(reply) ? reply.map(String) : []
  return new Map(parts.flatMap((name, index) => index % 2 === 0 ? [[name, parts[index + 1] ?? '']] : []))
}

async function agreedPort (sentinels: readonly RedisServer[]): Promise<number | undefined> {
  const addresses = await Promise.all(sentinels.map((sentinel) => sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)))
  const ports = new Set(addresses.map((address) => Number(Array.isArray(address) ? address[1] : NaN)))
  return ports.size === 1 ? [...ports][0] : undefined
}

async function failover (sentinels: readonly RedisServer[]): Promise<void> {
  const before = await agreedPort(sentinels)
  await until(() => isAccepted(sentinels[0]), 100)
  await until(async () => ![before, undefined].includes(await agreedPort(sentinels)), 50)
}

/** Asks for a failover; a Sentinel says no as long as one is under way or it has not heard of the replica lately. */
async function isAccepted (sentinel: RedisServer | undefined): Promise<boolean> {
  try {
    await sentinel?.command('SENTINEL', 'FAILOVER', NAME)
    return true
  } catch {
    return false
  }
}
