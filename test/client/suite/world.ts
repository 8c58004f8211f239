import type { Test } from 'tap'
import { startNode, type FaultNode } from '../../faults/fault-node.ts'
import { SECRET, type Teardown } from '../../helper.ts'
import { startRedis, type RedisServer } from '../../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import type { AgentHandle, Host } from '../hosts/host.ts'
import { startLogin, type Login } from './login.ts'

/** A Redis that has kept all it has confirmed when it comes back. */
const KEEPING_ALL = ['--appendonly', 'yes', '--appendfsync', 'always']
const COMMON = {
  JWT_SECRET: SECRET,
  JWT_EXPIRY_NOTICE: '1s',
  WS_HANDSHAKE_RATE: '0',
  WS_REST_RATE: '0',
  WS_HISTORY_SIZE: '5000',
  WS_CLIENT_BROADCAST: 'all',
  WS_DRAIN_TIMEOUT: '2s',
  // Refusals in the log are what some scenes are about.
  LOG_LEVEL: 'fatal'
}

/** What the scenes of one host share: two services that a Redis makes one hub, one that stands alone, and who gives tokens. */
export interface World {
  readonly host: Host
  readonly redis: RedisServer
  readonly first: FaultNode
  readonly second: FaultNode
  /** Without Redis, one session for each user. */
  readonly lone: FaultNode
  readonly login: Login
}

/** Starts all of it; ends it with the test. */
export async function startWorld (t: Teardown, host: Host): Promise<World> {
  const onCrash = (what: string): void => { throw new Error(what) }
  const login = await startLogin(t)
  const lone = startNode(t, { ...COMMON, WS_MAX_CONNECTIONS_PER_USER: '1' }, onCrash)
  const redis = await startRedis(t, { args: KEEPING_ALL })
  const hub = async (): Promise<FaultNode> => await startNode(t, { ...COMMON, REDIS_URL: redis.url, WS_MESSAGE_RATE: '0', WS_HISTORY_RULES: 'all=1000/60s,role:*=1000/60s' }, onCrash)
  const [first, second] = await Promise.all([hub(), hub()])
  return { host, redis, first, second, lone: await lone, login }
}

/** A network to a service that a test can break. */
export async function networkTo (t: Teardown, node: FaultNode): Promise<TcpProxy & { readonly url: string }> {
  const proxy = await startProxy(t, portOf(node))
  return Object.assign(proxy, { url: `ws://127.0.0.1:${proxy.port}/ws` })
}

export function portOf ({ address }: Pick<FaultNode, 'address'>): number {
  return Number(new URL(address).port)
}

/** Opens an agent for a scene; at its end nothing has gone wrong that nobody caught. */
export async function withAgent (t: Test, host: Host, scene: (agent: AgentHandle) => Promise<void>, { isAlone = false } = {}): Promise<void> {
  const agent = await host.open(t, { isAlone })
  await scene(agent)
  await agent.call('closeAll')
  t.strictSame(await agent.call('problems'), [], 'no error that nobody caught')
}
