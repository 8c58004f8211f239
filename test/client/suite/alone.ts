import type { Test } from 'tap'
import type { Agent } from '../agent.ts'
import { PATIENT, planFor } from './company.ts'
import { withAgent, type World } from './world.ts'

/** Runs a scene within the agent, and compares what it gives back. */
async function scene (t: Test, { host, first }: World, script: Parameters<Agent['run']>[0], wanted: unknown): Promise<void> {
  await withAgent(t, host, async (agent) => {
    t.strictSame(await agent.call('run', script, await planFor(script, first.socketUrl, PATIENT), script), wanted)
  })
}

export async function eager (t: Test, world: World): Promise<void> {
  await scene(t, world, 'eager', { before: ['connecting', 'connecting'], people: 1, type: 'string', seqs: [1, 2, 3], heard: ['one', 'two', 'three'] })
}

export async function queueLimits (t: Test, world: World): Promise<void> {
  await scene(t, world, 'queueLimits', { tooMany: 'QUEUE_FULL', tooBig: 'QUEUE_FULL', volatile: 'undefined', waited: ['CLOSED', 'CLOSED', 'CLOSED', 'CLOSED'], afterwards: 'CLOSED' })
}

export async function ages (t: Test, world: World): Promise<void> {
  await scene(t, world, 'ages', { code: 'TIMEOUT', mayHaveArrived: false, isInTime: true })
}

export async function tooLarge (t: Test, world: World): Promise<void> {
  await scene(t, world, 'tooLarge', { code: 'MESSAGE_TOO_LARGE', limit: 65_536, isAbove: true, seq: 1 })
}

export async function aborts (t: Test, world: World): Promise<void> {
  const outcomes = Array.from({ length: 8 }, () => 'Error: enough')
  await scene(t, world, 'aborts', { outcomes, state: 'closed', end: 'CLOSED', half: 0 })
}

export async function rejoining (t: Test, world: World): Promise<void> {
  await scene(t, world, 'rejoining', { gaveUp: 'Error: enough', heard: 'still here?', sent: 'object', again: 'Error: enough', later: 'object' })
}

export async function closing (t: Test, world: World): Promise<void> {
  await scene(t, world, 'closing', { asked: 'CLOSED', read: 'CLOSED', ready: 'CLOSED', joined: 'CLOSED', sent: 'CLOSED', states: [{ state: 'closed', reason: 'Client disconnecting' }] })
}
