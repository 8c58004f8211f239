import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** Something that goes wrong, and is mended again when the promise resolves. */
export type Fault = (world: World, random: Random) => Promise<void>

const SUBSCRIBER_KILLS = 20

async function redisKilled ({ redis }: World, random: Random): Promise<void> {
  await redis.kill()
  await pause(random.integer(100, 1_500))
  await redis.restart()
}

async function redisEmptied ({ redis }: World, random: Random): Promise<void> {
  await redis.kill()
  await rm(join(redis.dir, 'appendonlydir'), { recursive: true, force: true })
  await pause(random.integer(100, 500))
  await redis.restart()
}

async function redisFrozen ({ redis }: World, random: Random): Promise<void> {
  redis.freeze()
  await pause(random.integer(1_000, 3_000))
  redis.thaw()
}

/** All connections on which messages reach the nodes, again and again, in the midst of being set up once more. */
async function subscribersKilled ({ redis }: World, random: Random): Promise<void> {
  for (let round = 0; round < SUBSCRIBER_KILLS; round += 1) {
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await pause(random.integer(0, 60))
  }
}

/** What a node says reaches Redis and is done; the node never learns of it. */
async function repliesSwallowed ({ proxies }: World, random: Random): Promise<void> {
  for (const proxy of random.shuffle(proxies)) {
    proxy.swallow('down')
    await pause(random.integer(20, 300))
    proxy.cut()
    proxy.release()
    await pause(random.integer(0, 300))
  }
}

/** A node hears nothing from Redis, and all of it afterwards. */
async function nodeCutOff ({ proxies }: World, random: Random): Promise<void> {
  const proxy = random.pick(proxies)
  proxy.hold(random.pick(['up', 'down', 'both'] as const))
  await pause(random.integer(200, 2_500))
  proxy.release()
}

async function nodeKilled ({ nodes }: World, random: Random): Promise<void> {
  const node = random.pick(nodes)
  await node.kill()
  await pause(random.integer(0, 500))
  await node.start()
}

/** Longer than clients wait, shorter than the others need to miss it. */
async function nodeFrozen ({ nodes }: World, random: Random): Promise<void> {
  await freezeNode({ nodes }, random, random.integer(1_000, 4_000))
}

/** Longer than its lease of 12 s: the others take it for dead. */
async function nodeFrozenLong ({ nodes }: World, random: Random): Promise<void> {
  await freezeNode({ nodes }, random, random.integer(13_000, 15_000))
}

async function freezeNode ({ nodes }: Pick<World, 'nodes'>, random: Random, ms: number): Promise<void> {
  const node = random.pick(nodes)
  node.freeze()
  try {
    await pause(ms)
  } finally {
    node.thaw()
  }
}

async function rollingRestart ({ nodes }: World, random: Random): Promise<void> {
  for (const node of random.shuffle(nodes)) {
    await node.stop()
    await node.start()
  }
}

/** Connections break in the midst of a word, and some clients come back while the server still believes in the old one. */
async function clientsCut ({ clients }: World, random: Random): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    for (const client of clients.filter(() => random.chance(0.5))) {
      client.publish(random.pick(client.rooms).room)
      const end = random.integer(1, 3)
      if (end === 1) client.cut()
      else if (end === 2) client.cutAtAck()
      else client.replace(random.integer(0, 400))
    }
    await pause(random.integer(0, 300))
  }
}

/** Each fault by its name. */
export const faults = {
  'Redis killed': redisKilled,
  'Redis frozen': redisFrozen,
  'subscribers killed': subscribersKilled,
  'replies swallowed': repliesSwallowed,
  'node cut off': nodeCutOff,
  'node killed': nodeKilled,
  'node frozen': nodeFrozen,
  'rolling restart': rollingRestart,
  'clients cut': clientsCut,
  'node frozen beyond its lease': nodeFrozenLong,
  'Redis emptied': redisEmptied
} satisfies Record<string, Fault>

/** Name of a fault. */
export type FaultName = keyof typeof faults

/** Faults after which nothing may be missing, nor anybody be told so, as far as Redis has kept it; none of them is long. */
export const harmless: readonly FaultName[] = [
  'Redis killed', 'Redis frozen', 'subscribers killed', 'replies swallowed', 'node cut off', 'node killed', 'node frozen', 'rolling restart', 'clients cut'
]

/** All there are. */
export const everything: readonly FaultName[] = [...harmless, 'node frozen beyond its lease', 'Redis emptied']
