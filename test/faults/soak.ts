import { everything } from './faults.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import type { SoakOptions } from './soak-options.ts'
import type { SoakResult } from './soak-table.ts'
import { TeardownStack } from './teardown-stack.ts'
import { startWorld, type World } from './world.ts'

const PROGRESS_MS = 30_000

/** What a soak works with. */
export interface SoakParts {
  /** Told how it goes. */
  readonly say: (line: string) => void
  /** Resolves, with the reason, when the run is to end early. */
  readonly stopped: Promise<string>
}

/** Runs rounds of faults for as long as was asked for; whatever happens, the result says what is known. */
export async function soak (options: SoakOptions, parts: SoakParts): Promise<SoakResult> {
  const stack = new TeardownStack()
  try {
    const random = new Random(options.seed)
    const world = await startWorld(stack, { ...options, random: random.fork() })
    return await watch(world, options, { ...parts, random })
  } finally {
    await stack.run()
  }
}

async function watch (world: World, options: SoakOptions, { random, say, stopped }: SoakParts & { readonly random: Random }): Promise<SoakResult> {
  const startedAt = performance.now()
  const elapsedMs = (): number => performance.now() - startedAt
  const schedule = new Schedule(world, { random })
  const progress = setInterval(makeTeller(world, schedule, say), PROGRESS_MS)
  const begin = await memoryOf(world)
  let failure: string | undefined
  try {
    const early = stopped.then((reason) => { throw new Error(reason) })
    await Promise.race([run(world, schedule, options), early])
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
  } finally {
    clearInterval(progress)
  }
  return { verdict: world.checker.verdict(), happened: schedule.happened, memory: { begin, end: await memoryOf(world) }, ...connectionsOf(world), durationMs: elapsedMs(), failure }
}

async function run ({ checker }: World, schedule: Schedule, { durationMs, messages }: SoakOptions): Promise<void> {
  const endsAt = performance.now() + durationMs
  await schedule.warmUp()
  while (performance.now() < endsAt || checker.acked < messages) await schedule.round(everything)
  await schedule.finish()
}

function connectionsOf ({ clients }: World): Pick<SoakResult, 'connects' | 'ends'> {
  const ends = new Map<number, number>()
  for (const [code, times] of clients.flatMap(({ connects }) => [...connects.ends])) ends.set(code, (ends.get(code) ?? 0) + times)
  return { connects: clients.reduce((sum, { connects: { count } }) => sum + count, 0), ends }
}

async function memoryOf ({ nodes }: World): Promise<number[]> {
  return await Promise.all(nodes.map((node) => node.memory().catch(() => 0)))
}

/** Tells how it goes, and what was found since the last time. */
function makeTeller ({ checker }: World, { happened }: Schedule, say: (line: string) => void): () => void {
  const startedAt = performance.now()
  const told = new Set<string>()
  return () => {
    const { acked, delivered, resumedTrue, resumedFalse, lost, doubled, reordered, unexplained, texts } = checker.verdict()
    const faults = [...happened.values()].reduce((sum, times) => sum + times, 0)
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
    say(`${seconds} s: ${acked} acked, ${delivered} delivered, ${faults} faults, recovered ${resumedTrue} true ${resumedFalse} false, ` +
      `lost ${lost}, doubled ${doubled}, reordered ${reordered}, unexplained ${unexplained}`)
    for (const text of texts.filter((text) => !told.has(text))) say(`  ${text}`)
    for (const text of texts) told.add(text)
  }
}
