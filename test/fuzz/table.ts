import { count } from '../../examples/replay/table.ts'
import type { Counts } from './arena.ts'
import type { Finding } from './findings.ts'
import type { Holdings, Profile } from './service.ts'

/** What came of a service that was fuzzed. */
export interface ServiceResult {
  readonly profile: Profile
  readonly counts: Counts
  /** What it held before and after; the latter is unknown of one that ended. */
  readonly before: Holdings
  readonly after: Holdings | undefined
  readonly heard: number
  readonly worstMs: number
}

/** What came of a run. */
export interface FuzzResult {
  readonly seed: number
  readonly services: readonly ServiceResult[]
  readonly findings: readonly Finding[]
  readonly durationMs: number
}

const MIB = 1_048_576

/** The closing table. */
export function formatTable ({ seed, services, findings, durationMs }: FuzzResult): string {
  const sections = services.flatMap((service) => [`${service.profile} settings`, ...rowsOf(service).map(([label, value]) => `  ${label.padEnd(24)}  ${value}`)])
  const crashes = findings.filter(({ what }) => what === 'the service ended by itself').length
  const sum = (pick: (counts: Counts) => number): string => count(services.reduce((total, { counts }) => total + pick(counts), 0))
  const leaked = services.reduce((total, { before, after }) => total + (after === undefined ? 0 : Math.max(0, after.descriptors - before.descriptors)), 0)
  return [
    ...sections,
    'in all',
    `  ${sum(({ done }) => done.frames)} fuzzed frames, ${sum(({ done }) => done.handshakes)} fuzzed handshakes, ${sum(({ done }) => done.bodies)} fuzzed REST requests in ${(durationMs / 1_000).toFixed(0)} s, seed ${seed}`,
    `  crashes ${crashes}, unanswered sockets ${sum(({ unanswered }) => unanswered)}, leaked descriptors ${leaked}, findings ${findings.length}`,
    findings.length === 0 ? '  nothing found' : '  FAILED',
    ''
  ].join('\n')
}

function rowsOf ({ counts, before, after, heard, worstMs }: ServiceResult): Array<[label: string, value: string]> {
  return [
    ['fuzzed frames', `${count(counts.done.frames)}; sent: ${counts.frames}`],
    ['connections', String(counts.connections)],
    ['ended with', String(counts.closes)],
    ['fuzzed handshakes', `${count(counts.done.handshakes)}; answered with ${counts.handshakes}`],
    ['fuzzed REST requests', `${count(counts.done.bodies)}; answered with ${counts.bodies}`],
    ['witnesses', `${count(heard)} messages as they were said, each within ${worstMs.toFixed(0)} ms`],
    ['descriptors', `${before.descriptors} before, ${after?.descriptors ?? '?'} after`],
    ['heap', `${mib(before.heapBytes)} before, ${after === undefined ? '?' : mib(after.heapBytes)} after`]
  ]
}

function mib (bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
