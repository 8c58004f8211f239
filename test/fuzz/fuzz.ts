import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../helper.ts'
import { TeardownStack } from '../faults/teardown-stack.ts'
import { Counts, type Arena, type LaneRun, type MakeLane } from './arena.ts'
import { bodyLane } from './body-lane.ts'
import { Findings } from './findings.ts'
import { frameLane } from './frame-lane.ts'
import { handshakeLane } from './handshake-lane.ts'
import { KINDS, type Case, type FuzzOptions, type Kind } from './options.ts'
import { startFuzzed, type FuzzedService, type Holdings, type Profile } from './service.ts'
import type { FuzzResult, ServiceResult } from './table.ts'
import { Ticketing } from './ticketing.ts'
import { Watchdog } from './watchdog.ts'
import { startWitnesses, type Witnesses } from './witness.ts'

/** What a run works with. */
export interface FuzzParts {
  /** Told how it goes. */
  readonly say: (line: string) => void
  /** Resolves when the run is to end early. */
  readonly stopped: Promise<unknown>
  /** Connections at once, of each service. */
  readonly lanes?: Readonly<Record<Profile, Lanes>>
}

/** A service with all that goes on around it. */
interface Stage {
  readonly arena: Arena
  readonly service: FuzzedService
  readonly witnesses: Witnesses
  readonly before: Holdings
}

type Lanes = Readonly<Record<Kind, number>>

/** With the default limits, which let little through, there is less to learn. */
const defaultLanes: Readonly<Record<Profile, Lanes>> = {
  unlimited: { frames: 24, handshakes: 160, bodies: 3 },
  default: { frames: 2, handshakes: 2, bodies: 1 }
}
/** Time between two connections of a lane, ms: with the default limits most would only be told that there are too many. */
const pauseMs: Readonly<Record<Profile, number>> = { unlimited: 0, default: 250 }
const makeLane: Readonly<Record<Kind, MakeLane>> = {
  frames: frameLane,
  handshakes: handshakeLane,
  bodies: bodyLane
}
/** A service that takes in many messages at once accepts few connections meanwhile, so that what asks for many has turns of its own. */
const TURNS: ReadonlyArray<readonly Kind[]> = [['frames', 'bodies'], ['handshakes', 'bodies']]
const TURN_MS = 2_000
const PROGRESS_MS = 30_000
const WITNESSES = 2
/** Time that an answer may take on a busy machine, ms. */
const ANSWER_MS = 30_000
/** Connections that warm a service up before it is measured. */
const WARM_UP = 3
const WARM_UP_SEED = 1
/** How much a service may hold on to that it remembers on purpose: ids that were published, tables that have grown. */
const HEAP_MARGIN_BYTES = 64 * 1_048_576
const SETTLE_MS = 120_000
const SETTLE_CHECK_MS = 500

/** Fuzzes a service without limits and one with the default ones, until all that was asked for is done. */
export async function fuzz (options: FuzzOptions, { say, stopped, lanes = defaultLanes }: FuzzParts): Promise<FuzzResult> {
  const stack = new TeardownStack()
  const startedAt = performance.now()
  const findings = new Findings((text) => say(`seed ${options.seed}\n${text}`))
  let isStopped = false
  stopped.then(() => { isStopped = true }, () => {})
  try {
    const stages = await Promise.all((['unlimited', 'default'] as const).map((profile) => prepare(stack, profile, { options, findings })))
    const progress = setInterval(() => say(progressOf(stages, startedAt)), PROGRESS_MS)
    stack.teardown(() => clearInterval(progress))
    const endsAt = performance.now() + options.durationMs
    const [first] = stages
    const goesOn = (kind: Kind): boolean => {
      if (isStopped || findings.areEnough || first?.service.isAlive !== true) return false
      return performance.now() < endsAt || first.arena.counts.done[kind] < options.goals[kind]
    }
    await Promise.all(stages.map((stage) => run(stage, { lanes: lanes[stage.arena.service.profile], only: options.only, goesOn })))
    const services = await Promise.all(stages.map((stage) => conclude(stage)))
    return { seed: options.seed, services, findings: findings.all, durationMs: performance.now() - startedAt }
  } finally {
    await stack.run()
  }
}

async function prepare (stack: TeardownStack, profile: Profile, { options, findings }: { options: FuzzOptions, findings: Findings }): Promise<Stage> {
  const service = await startFuzzed(stack, profile, findings)
  const watchdog = new Watchdog()
  stack.teardown(() => watchdog.stop())
  const ticketing = new Ticketing(service.port)
  stack.teardown(() => ticketing.stop())
  const witnesses = await startWitnesses(stack, service, findings)
  const shared = { service, answerMs: ANSWER_MS, watchdog, findings, tickets: ticketing.tickets, dialect: options.dialect }
  const warmUp = { ...shared, seed: WARM_UP_SEED, counts: new Counts() }
  for (const kind of KINDS) {
    for (let number = 0; number < WARM_UP; number += 1) await makeLane[kind](warmUp, 0).run(number)
  }
  await until(async () => (await service.holdings()).connections === WITNESSES, SETTLE_CHECK_MS)
  return { arena: { ...shared, seed: options.seed, counts: new Counts() }, service, witnesses, before: await service.holdings() }
}

/** What has turns, and how long. */
interface Turns {
  readonly lanes: Lanes
  readonly only: Case | undefined
  readonly goesOn: (kind: Kind) => boolean
}

/** Gives the kinds their turns until none goes on; or makes the only connection that is asked for. */
async function run ({ arena }: Stage, { lanes, only, goesOn }: Turns): Promise<void> {
  if (only !== undefined) return await makeLane[only.kind](arena, only.lane).run(only.number)
  const groups = KINDS.map((kind) => new LaneGroup(arena, kind, lanes[kind]))
  while (KINDS.some(goesOn)) {
    for (const kinds of TURNS) {
      const endsAt = performance.now() + TURN_MS
      const isAlone = (): boolean => KINDS.every((kind) => kinds.includes(kind) || !goesOn(kind))
      const isOn = (kind: Kind): boolean => goesOn(kind) && (performance.now() < endsAt || isAlone())
      await Promise.all(groups.filter(({ kind }) => kinds.includes(kind)).map((group) => group.run(() => isOn(group.kind))))
    }
  }
}

/** The lanes of a kind, each with the number of its next connection. */
class LaneGroup {
  readonly kind: Kind
  readonly #pauseMs: number
  readonly #lanes: ReadonlyArray<{ readonly connections: LaneRun, next: number }>

  constructor (arena: Arena, kind: Kind, size: number) {
    const { profile } = arena.service
    this.kind = kind
    this.#pauseMs = pauseMs[profile]
    this.#lanes = Array.from({ length: size }, (_, lane) => ({ connections: makeLane[kind](arena, lane), next: 0 }))
  }

  /** Has connections follow each other in all lanes as long as that is wanted. */
  async run (isOn: () => boolean): Promise<void> {
    await Promise.all(this.#lanes.map(async (lane) => {
      while (isOn()) {
        await lane.connections.run(lane.next++)
        if (this.#pauseMs > 0) await sleep(this.#pauseMs)
      }
    }))
  }
}

/** Waits until the service has let go of all that it had for the fuzzed connections. */
async function conclude ({ arena: { counts, findings }, service, witnesses, before }: Stage): Promise<ServiceResult> {
  const settledBy = performance.now() + SETTLE_MS
  let after: Holdings | undefined
  for (;;) {
    after = await service.holdings().catch(() => undefined)
    if (after === undefined || performance.now() > settledBy || excessOf(before, after) === undefined) break
    await sleep(SETTLE_CHECK_MS)
  }
  const excess = after && excessOf(before, after)
  if (excess !== undefined) findings.add({ what: excess, detail: JSON.stringify({ before, after }) })
  return { profile: service.profile, counts, before, after, heard: witnesses.heard(), worstMs: witnesses.worstMs() }
}

function excessOf (before: Holdings, after: Holdings): string | undefined {
  if (after.connections > before.connections) return 'connections are left'
  if (after.descriptors > before.descriptors) return 'descriptors are left'
  return after.heapBytes > before.heapBytes + HEAP_MARGIN_BYTES ? 'memory is left' : undefined
}

function progressOf (stages: readonly Stage[], startedAt: number): string {
  const sum = (kind: Kind): number => stages.reduce((total, { arena: { counts } }) => total + counts.done[kind], 0)
  const seconds = (performance.now() - startedAt) / 1_000
  return `${seconds.toFixed(0)} s: ${KINDS.map((kind) => `${sum(kind)} ${kind} (${(sum(kind) / seconds).toFixed(0)}/s)`).join(', ')}`
}
