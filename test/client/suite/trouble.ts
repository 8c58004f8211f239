import type { Test } from 'tap'
import { Random } from '../../faults/random.ts'
import { until } from '../../helper.ts'
import type { Direction, TcpProxy } from '../../support/tcp-proxy.ts'
import type { AgentHandle } from '../hosts/host.ts'
import { seatOf, talkingCompany } from './company.ts'
import { networkTo, withAgent, type World } from './world.ts'

type Fault = () => Promise<void>

const ROUNDS = 4
const LONGEST_MS = 1_000

/** Networks and services fail in random ways, one of each at a time. */
export async function trouble (t: Test, world: World): Promise<void> {
  const { host, first, second } = world
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const random = new Random(seed)
  const networks = [await networkTo(t, first), await networkTo(t, second), await networkTo(t, first)]
  await withAgent(t, host, async (agent) => {
    const seats = await Promise.all(networks.map(async ({ url }, index) => await seatOf(agent, `user${index}`, url)))
    const company = await talkingCompany('trouble', seats)
    const [ofNetworks, ofServices] = [networkFaults(random, agent, networks), serviceFaults(random, world)]
    for (let round = 0; round < Number(process.env['ROUNDS'] ?? ROUNDS); round += 1) {
      const names = [random.pick(Object.keys(ofNetworks)), random.pick(Object.keys(ofServices))]
      t.comment(`seed ${seed}, round ${round}: ${names.join(' and ')}`)
      await Promise.all(names.map(async (name) => await (ofNetworks[name] ?? ofServices[name])?.()))
      await company.hearMore()
      await company.catchUp()
    }
    await company.settle(t)
  }, { isAlone: true })
}

function networkFaults (random: Random, agent: AgentHandle, networks: readonly TcpProxy[]): Record<string, Fault> {
  const way = (): Direction => random.pick<Direction>(['up', 'down', 'both'])
  const meanwhile = async (network: TcpProxy, begin: () => void): Promise<void> => {
    begin()
    await pause(random)
    network.release()
  }
  return {
    cut: async () => { random.pick(networks).cut() },
    refuse: async () => {
      const network = random.pick(networks)
      await meanwhile(network, () => { network.refuse() })
    },
    hold: async () => {
      const network = random.pick(networks)
      await meanwhile(network, () => { network.hold(way()) })
    },
    swallow: async () => {
      const network = random.pick(networks)
      await meanwhile(network, () => { network.swallow(way()) })
      // What comes after a hole is no WebSocket any more.
      network.cut()
    },
    freeze: async () => {
      await agent.freeze()
      await pause(random)
      await agent.thaw()
    }
  }
}

function serviceFaults (random: Random, { first, second, redis }: World): Record<string, Fault> {
  const node = random.pick([first, second])
  return {
    'freeze node': async () => {
      node.freeze()
      await pause(random)
      node.thaw()
    },
    'kill node': async () => {
      await node.kill()
      await pause(random)
      await node.start()
    },
    'drain node': async () => {
      await node.stop()
      await node.start()
    },
    'freeze Redis': async () => {
      redis.freeze()
      await pause(random)
      redis.thaw()
    },
    'kill Redis': async () => {
      await redis.kill()
      await pause(random)
      await redis.restart()
    }
  }
}

async function pause (random: Random): Promise<void> {
  const end = performance.now() + random.next() * LONGEST_MS
  await until(() => performance.now() > end, 20)
}
