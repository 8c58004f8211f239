import type { Test } from 'tap'
import type { Host } from '../hosts/host.ts'
import { aborts, ages, closing, eager, queueLimits, rejoining, tooLarge } from './alone.ts'
import { burst, notifications } from './publishing.ts'
import { frozen, frozenAndCut, offline, swallowed } from './networks.ts'
import { drained, loneRestarted, nodeFrozen, nodeKilled, redisKilled } from './services.ts'
import { storm } from './storm.ts'
import { conversation, leftInTheDark, tabs } from './talking.ts'
import { trouble } from './trouble.ts'
import { fixedToken, heldRenewal, lateRenewal, lessAllowed, refused, renewal, sentAway } from './tokens.ts'
import { startWorld, type World } from './world.ts'

type Scene = (t: Test, world: World) => Promise<void>

/** How many scenes run at once: they mostly wait. */
const JOBS = 6

/** Scenes that leave the services alone. */
const CALM: Readonly<Record<string, Scene>> = {
  'a program that stood still for long finds its connection as it was': frozen,
  'a token is renewed over the same connection, before it ends': renewal,
  'without a new token in time it comes back once it has one': lateRenewal,
  'a new token that comes too late for its connection is good for the next': heldRenewal,
  'a new token that opens fewer rooms closes the others': lessAllowed,
  'a fixed token ends with the hub': fixedToken,
  'more at once than the service takes': burst,
  'what is published to a user comes once, whatever the network did': notifications,
  'two members and a reader talk over two nodes': conversation,
  'calls made before there is a connection wait for it': eager,
  'what waits for a connection is limited': queueLimits,
  'what waits for too long is given up': ages,
  'a message that is too large is never sent': tooLarge,
  'all that waits can be given up by a signal': aborts,
  'a room that one has given up is still there for the other': rejoining,
  'closing tells everybody who waits': closing,
  'a refused token is not shown twice': refused,
  'banned, replaced, sent away': sentAway,
  'tabs of a user: each hears everything once, and nothing that it said itself': tabs,
  'a room left over a dead connection stays left': leftInTheDark,
  'without a network for a while, nothing is lost': offline,
  'standing still while the connection ends, nothing is lost': frozenAndCut,
  'what the client says is swallowed': async (t, world) => { await swallowed(t, world, 'up') },
  'what the service says is swallowed': async (t, world) => { await swallowed(t, world, 'down') },
  'all is swallowed': async (t, world) => { await swallowed(t, world, 'both') }
}

/** Scenes about what happens to services, one after the other. */
const FATEFUL: Readonly<Record<string, Scene>> = {
  'a node is killed and started again': nodeKilled,
  'a node stands still': nodeFrozen,
  'Redis is killed and started again': redisKilled,
  'a node is drained': drained,
  'networks and services fail at random': trouble
}

/** Plays those scenes in a host that leave the services alone and whose names have one of the given words; all of them without any. */
export async function playCalmScenes (t: Test, host: Host, words: readonly string[] = ['']): Promise<void> {
  const world = await startWorld(t, host)
  const scenes = Object.entries(CALM).filter(([name]) => words.some((word) => name.includes(word)))
  t.jobs = JOBS
  await Promise.all(scenes.map(async ([name, scene]) => {
    await t.test(`${host.name}: ${name}`, { buffered: true }, async (t) => { await scene(t, world) })
  }))
}

/** Plays all scenes in a host. */
export async function playSuite (t: Test, host: Host, { hasStorm }: { readonly hasStorm: boolean }): Promise<void> {
  const world = await startWorld(t, host)
  const only = process.env['SCENE']
  const play = async (t: Test, scenes: Readonly<Record<string, Scene>>, jobs: number): Promise<void> => {
    t.jobs = jobs
    await Promise.all(Object.entries(scenes).filter(([name]) => only === undefined || name.includes(only)).map(async ([name, scene]) => {
      await t.test(`${host.name}: ${name}`, { buffered: jobs > 1 }, async (t) => { await scene(t, world) })
    }))
  }
  await t.test('services that stay', async (t) => { await play(t, CALM, JOBS) })
  await t.test('services that go and come', async (t) => {
    await play(t, FATEFUL, 1)
    await play(t, { 'a service without Redis is restarted': loneRestarted, ...(hasStorm && { 'many lose their service at once': storm }) }, 1)
  })
}
