import { count } from '../../examples/replay/table.ts'
import type { CycleKind } from './plan.ts'
import type { Snapshot } from './churned-service.ts'

/** What a churn found. */
export interface ChurnResult {
  /** After the warm-up, and at the end; undefined where it did not come to that. */
  readonly before: Snapshot | undefined
  readonly after: Snapshot | undefined
  /** Cycles of each kind, those of the warm-up included. */
  readonly done: ReadonlyMap<CycleKind, number>
  readonly failed: number
  /** What went wrong, as far as it is told. */
  readonly failures: readonly string[]
  /** Of the measured cycles, and no pause among it. */
  readonly durationMs: number
  readonly perSecond: number
  /** Why the run ended early, if it did. */
  readonly stopped: string | undefined
}

/** What of a snapshot is compared: before, after, and the most that is allowed. */
interface Goal {
  readonly label: string
  readonly isMemory: boolean
  readonly before: number
  readonly after: number
  readonly most: number
  readonly text: (value: number) => string
}

const HEAP_GROWTH = 1.02
const RESIDENT_GROWTH = 1.1
/** A timer more or less is by chance: that of a sweep that runs at the moment. */
const RESOURCES_BY_CHANCE = 2
const MIB = 1_048_576

/**
 * The goals that are missed, as texts; none when nothing was left behind and everybody was served.
 * @param options.memory whether it counts how much there is of it; a short run says little about that
 */
export function missedGoals (result: ChurnResult, { memory = true } = {}): string[] {
  const { failed, stopped, before, after, failures } = result
  const counting = goalsOf(result).filter(({ isMemory }) => memory || !isMemory)
  const missed = counting.filter(({ after, most }) => !(after <= most)).map(({ label, after, most, text }) => `${label}: ${text(after)}, expected at most ${text(most)}`)
  if (before === undefined || after === undefined) missed.push('not measured')
  if (failed > 0) missed.push(`${failed} cycles went wrong`, ...failures)
  if (stopped !== undefined) missed.push(`stopped: ${stopped}`)
  return missed
}

/** The closing table. */
export function formatChurn (result: ChurnResult): string {
  const { done, durationMs, perSecond } = result
  const rows: Array<[string, string]> = [
    ...[...done].map(([kind, times]): [string, string] => [`cycles: ${kind}`, count(times)]),
    ['cycles in all', count([...done.values()].reduce((sum, times) => sum + times, 0))],
    ['time', `${(durationMs / 1_000).toFixed(0)} s, ${perSecond.toFixed(0)} cycles/s`],
    ...goalsOf(result).map(({ label, before, after, text }): [string, string] => [label, `${text(before)} to ${text(after)}`])
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const missed = missedGoals(result)
  const closing = missed.length === 0 ? ['nothing is left behind'] : ['FAILED', ...missed]
  return [...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`), ...closing.map((line) => `  ${line}`), ''].join('\n')
}

function goalsOf ({ before, after }: ChurnResult): Goal[] {
  if (before === undefined || after === undefined) return []
  const bytes = (label: string, pick: (snapshot: Snapshot) => number, growth: number): Goal => {
    return { label, isMemory: true, before: pick(before), after: pick(after), most: pick(before) * growth, text: mib }
  }
  const number = (label: string, pick: (snapshot: Snapshot) => number, most = pick(before)): Goal => {
    return { label, isMemory: false, before: pick(before), after: pick(after), most, text: String }
  }
  return [
    bytes('heap', ({ heap }) => heap, HEAP_GROWTH),
    bytes('buffers', ({ buffers }) => buffers, RESIDENT_GROWTH),
    bytes('resident memory', ({ resident }) => resident, RESIDENT_GROWTH),
    number('connections', ({ connections }) => connections, 0),
    number('rooms', ({ rooms }) => rooms, 0),
    number('descriptors', ({ descriptors }) => descriptors),
    number('timers, sockets and what else is alive', (snapshot) => sum(snapshot.resources), sum(before.resources) + RESOURCES_BY_CHANCE),
    ...kindsOf(before, after).map((kind) => number(`Redis keys: ${kind}`, ({ keys }) => keys.get(kind) ?? 0)),
    number('Redis channels', ({ channels }) => channels),
    number('Redis patterns', ({ patterns }) => patterns)
  ]
}

function kindsOf (before: Snapshot, after: Snapshot): string[] {
  return [...new Set([...before.keys.keys(), ...after.keys.keys()])].sort()
}

function sum (resources: Snapshot['resources']): number {
  return Object.values(resources).reduce((sum, number) => sum + number, 0)
}

function mib (bytes: number): string {
  return `${(bytes / MIB).toFixed(2)} MiB`
}
