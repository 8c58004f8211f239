import { count } from '../../examples/replay/table.ts'
import type { Verdict } from './account.ts'
import { WRONGS } from './findings.ts'

/** What a table tells about. */
export interface SoakResult {
  readonly verdict: Verdict
  readonly happened: ReadonlyMap<string, number>
  /** Resident memory of each node at begin and end, bytes. */
  readonly memory: { readonly begin: readonly number[], readonly end: readonly number[] }
  readonly connects: number
  /** How connections ended, by close code. */
  readonly ends: ReadonlyMap<number, number>
  readonly durationMs: number
  /** Why the run ended early, if it did. */
  readonly failure: string | undefined
}

const MIB = 1_048_576

/** True when nothing was wrong and the run got to its end. */
export function isSuccess ({ verdict, failure }: Pick<SoakResult, 'verdict' | 'failure'>): boolean {
  return failure === undefined && WRONGS.every((kind) => verdict[kind] === 0)
}

/** The closing table, with a line for each thing that went wrong. */
export function formatTable (result: SoakResult): string {
  const rows = tableRows(result)
  const width = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)
  const findings = [...result.failure === undefined ? [] : [`stopped: ${result.failure}`], ...result.verdict.texts]
  const closing = isSuccess(result) ? ['everybody got everything once and in order, or was told that something is missing'] : ['FAILED', ...findings]
  return [...lines, ...closing.map((line) => `  ${line}`), ''].join('\n')
}

function tableRows ({ verdict, happened, memory, connects, ends, durationMs }: SoakResult): Array<[string, string]> {
  const faults = [...happened].sort().map(([name, times]): [string, string] => [`fault: ${name}`, count(times)])
  const nodes = memory.begin.map((begin, index): [string, string] => [`memory of node ${index + 1}`, `${mib(begin)} to ${mib(memory.end[index] ?? 0)}`])
  return [
    ['messages acked', count(verdict.acked)],
    ['of these repeated', count(verdict.duplicates)],
    ['messages refused', count(verdict.refused)],
    ['deliveries', count(verdict.delivered)],
    ['connections', `${count(connects)}; ended with ${[...ends].sort().map(([code, times]) => `${code}: ${count(times)}`).join(', ')}`],
    ['recovered: true', count(verdict.resumedTrue)],
    ['recovered: false', count(verdict.resumedFalse)],
    ['replays', `${count(verdict.replays)}, own messages in them ${count(verdict.own)}`],
    ['gaps told', count(verdict.gaps)],
    ...faults,
    ...WRONGS.map((kind): [string, string] => [kind, count(verdict[kind])]),
    ...nodes,
    ['time', `${(durationMs / 1_000).toFixed(0)} s`]
  ]
}

function mib (bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`
}
