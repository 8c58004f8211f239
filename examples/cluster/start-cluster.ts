import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Balancer, BalancerKind, BalancerOptions } from './balancer.ts'
import { findProgram } from './find-program.ts'
import { startHaproxy } from './haproxy.ts'
import { startInstances, type ClusterInstance, type Instances } from './instance.ts'
import { startOwnBalancer } from './own-balancer.ts'
import { foreignRedis, startRedis, type ClusterRedis } from './redis.ts'

const SECRET_BYTES = 32

/** What a cluster is made of. */
export interface ClusterOptions {
  /** How many instances. */
  readonly nodes: number
  /** A Redis that runs already; without it an own one is started. */
  readonly redisUrl?: string | undefined
  /** Without it, HAProxy where it is installed. */
  readonly balancer?: BalancerKind | undefined
  /** The balancer's port on 127.0.0.1; without it, a free one. */
  readonly port?: number
  /** More settings for each instance. */
  readonly env?: NodeJS.ProcessEnv
  /** Gets a line about every part that ends by itself. */
  readonly say?: (line: string) => void
}

/** Several services behind one address. */
export interface RunningCluster {
  /** The balancer's, `http://127.0.0.1:port`. */
  readonly address: string
  readonly instances: readonly ClusterInstance[]
  /** Of the tokens that all instances accept. */
  readonly secret: string
  readonly redis: ClusterRedis
  readonly balancer: Balancer
  /** Ends everything in order: clients are told to go before their instance ends. */
  stop: () => Promise<void>
}

/** What was started, as far as it came. */
interface Parts {
  redis?: ClusterRedis
  instances?: Instances
  balancer?: Balancer
}

/**
 * Starts a Redis, instances that are joined by it, and a balancer in front of them, all on 127.0.0.1 and as processes that
 * no signal of the terminal reaches; resolves when all of them are up.
 * @throws {Error} when a part does not come up; nothing is left running then
 */
export async function startCluster ({ nodes, redisUrl, balancer: kind = installedBalancer(), port = 0, env = {}, say }: ClusterOptions): Promise<RunningCluster> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const parts: Parts = {}
  try {
    const redis = parts.redis = redisUrl === undefined ? await startRedis(findProgram('redis-server')) : foreignRedis(redisUrl)
    const settings = { JWT_SECRET: secret, ...relaySettings(redis), ...balancerSettings(kind), ...env }
    const instances = parts.instances = await startInstances(nodes, settings)
    const balancer = parts.balancer = await startBalancer(kind, { port, targets: instances.all.map(({ address }) => address) })
    const forget = say === undefined ? () => {} : watch({ redis, instances, balancer }, say)
    const stop = async () => {
      forget()
      await stopAll(parts)
    }
    return { address: balancer.address, instances: instances.all, secret, redis, balancer, stop }
  } catch (error) {
    await stopAll(parts)
    throw error
  }
}

/** The balancer stays between the clients and the instances until these have said goodbye. */
async function stopAll ({ redis, instances, balancer }: Parts): Promise<void> {
  balancer?.close()
  await instances?.stop()
  await balancer?.stop()
  await redis?.stop()
}

/** What joins the instances. */
function relaySettings ({ url }: ClusterRedis): NodeJS.ProcessEnv {
  return { REDIS_URL: url }
}

/** HAProxy says who its client is; the own balancer does not, and what clients say of themselves is not to be believed. */
function balancerSettings (kind: BalancerKind): NodeJS.ProcessEnv {
  return kind === 'haproxy' ? { TRUST_PROXY: '127.0.0.1' } : {}
}

function installedBalancer (): BalancerKind {
  return findProgram('haproxy') === undefined ? 'own' : 'haproxy'
}

async function startBalancer (kind: BalancerKind, options: BalancerOptions): Promise<Balancer> {
  return await (kind === 'haproxy' ? startHaproxy(options) : startOwnBalancer(options))
}

/** Tells of processes that end; returns how to stop that. */
function watch ({ redis, instances, balancer }: Required<Parts>, say: (line: string) => void): () => void {
  let isOver = false
  const tellEnd = (name: string, child: ChildProcess | undefined) => {
    child?.once('exit', (code, signal) => { if (!isOver) say(`${name} ended (${signal ?? `exit code ${code}`}); the rest goes on`) })
  }
  instances.all.forEach(({ address, process, pid }, index) => tellEnd(`instance ${index + 1} (${address}, pid ${pid})`, process))
  tellEnd('Redis', redis.process)
  tellEnd('the balancer', balancer.process)
  return () => { isOver = true }
}
