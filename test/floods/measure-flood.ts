import type { Bystander } from '../../bench/load/bystander.ts'
import type { Distribution } from '../../bench/load/samples.ts'
import { tokenFor, until } from '../helper.ts'
import { Attacker } from './attacker.ts'
import type { Field, Flood } from './flood.ts'
import type { FloodedService } from './flooded-service.ts'

/** How a flood is made, and for how long. */
export interface FloodPlan {
  readonly durationMs: number
  /** So long a smaller flood goes before, of which nothing is measured. */
  readonly warmUpMs: number
  /** From so many sides at a time. */
  readonly sides: number
  readonly maxSockets: number
  /** So many requests a side sends at once. */
  readonly burst: number
}

/** What a flood did to the service, bytes and milliseconds. */
export interface FloodReport {
  readonly flood: Flood
  readonly rounds: number
  /** The most connections of the flood that were open at a time. */
  readonly sockets: number
  /** What was held at the end of it, garbage collected, above what was held before. */
  readonly grownBytes: number
  /** The most memory that was resident during it, above what was before. */
  readonly residentBytes: number
  /** What is held afterwards, above what was held before. */
  readonly leftBytes: number
  /** How long the bystander had to wait; undefined where it got no answer at all. */
  readonly waits: Distribution | undefined
}

/** Whom a flood meets. */
export interface Scene {
  readonly service: FloodedService
  readonly bystander: Bystander
  /** Throws when the bystander was cut off, or the service has ended. */
  check (): void
}

const SAMPLE_MS = 50

/**
 * Floods the service and looks at memory and bystander. What V8 takes once and keeps (its young generation, compiled code, tables that
 * grow) is not the flood's: a smaller one of the same kind goes before, then the garbage is collected and the count begins.
 */
export async function measureFlood (scene: Scene, flood: Flood, plan: FloodPlan, network: number): Promise<FloodReport> {
  const { service, bystander } = scene
  const attacker = new Attacker(service.address, network)
  const field = makeField(attacker, service.address, plan)
  await rage(flood, field, { sides: plan.sides, forMs: plan.warmUpMs })
  await calmDown(scene, attacker)
  const before = await service.held()
  await bystander.take()
  const peak = watchPeak(service)
  const rounds = await rage(flood, field, { sides: plan.sides, forMs: plan.durationMs })
  const waits = await bystander.take()
  const during = await service.held()
  const residentBytes = await peak()
  await calmDown(scene, attacker)
  const after = await service.held()
  return {
    flood,
    rounds,
    sockets: attacker.mostOpen,
    grownBytes: during.heldBytes - before.heldBytes,
    residentBytes: residentBytes - before.residentBytes,
    leftBytes: after.heldBytes - before.heldBytes,
    waits
  }
}

function makeField (attacker: Attacker, address: string, { maxSockets, burst }: FloodPlan): Field {
  let entered = 0
  const token = async (userId: string, claims: Record<string, unknown> = {}) => await tokenFor({ sub: userId, ...claims })
  return { attacker, address, maxSockets, burst, number: 0, token, enter: async () => await attacker.enter(await token(`flood-${++entered}`)) }
}

/** Does the rounds of a flood from several sides until the time is over; how many. */
async function rage (flood: Flood, field: Field, { sides, forMs }: { sides: number, forMs: number }): Promise<number> {
  const endsAt = performance.now() + forMs
  let rounds = 0
  await Promise.all(Array.from({ length: sides }, async () => {
    while (performance.now() < endsAt) await flood.round({ ...field, number: Date.now() * 100 + rounds++ % 100 })
  }))
  return rounds
}

/** Ends what is left of a flood, and waits until the service has noticed. */
async function calmDown ({ service, check }: Scene, attacker: Attacker): Promise<void> {
  await attacker.cutAll()
  await until(async () => {
    check()
    return await service.clients() === 1
  }, SAMPLE_MS)
}

/** Looks at the resident memory all the time; the function that comes back stops that, and tells the most there was. */
function watchPeak (service: FloodedService): () => Promise<number> {
  let most = 0
  const over = new AbortController()
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      most = Math.max(most, await service.resident())
      await new Promise((resolve) => { setTimeout(resolve, SAMPLE_MS) })
    }
  }
  const looked = look()
  return async () => {
    over.abort()
    await looked
    return most
  }
}
