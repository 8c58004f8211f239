import type { FloodReport } from './measure-flood.ts'

const MIB = 1_048_576
const KIB = 1_024

/** What is asked of the service under a flood. */
export interface FloodGoals {
  readonly grownBytes: number
  readonly bytesPerSocket: number
  readonly leftBytes: number
  /** So long a bystander may have to wait, ms, of a hundred times once longer. */
  readonly waitMs: number
}

/** The goals of the project. */
export const goals: FloodGoals = { grownBytes: 16 * MIB, bytesPerSocket: 10 * KIB, leftBytes: 16 * MIB, waitMs: 100 }

/** What a flood has done that it must not do. */
export function missedGoals ({ grownBytes, leftBytes, sockets, waits }: FloodReport, goals: FloodGoals): string[] {
  const allowed = goals.grownBytes + sockets * goals.bytesPerSocket
  return [
    ...grownBytes > allowed ? [`grown by ${mib(grownBytes)}, at most ${mib(allowed)} are allowed`] : [],
    ...leftBytes > goals.leftBytes ? [`${mib(leftBytes)} are still held, at most ${mib(goals.leftBytes)} are allowed`] : [],
    ...waits === undefined || waits.p99 > goals.waitMs ? [`a bystander had to wait ${waits?.p99.toFixed(0) ?? 'for ever'} ms`] : []
  ]
}

/** The line of a flood in the table. */
export function toLine (report: FloodReport, goals: FloodGoals): string {
  const { flood: { id, name }, rounds, sockets, grownBytes, residentBytes, leftBytes, waits } = report
  const perSocket = sockets === 0 ? '' : kib(Math.max(0, grownBytes) / sockets)
  const times = [waits?.p50, waits?.p99, waits?.max].map((ms) => ms?.toFixed(1) ?? '-')
  const cells = [String(rounds), String(sockets), mib(grownBytes), perSocket, mib(residentBytes), mib(leftBytes), ...times]
  const missed = missedGoals(report, goals)
  return [id.padEnd(4), name.padEnd(52), ...cells.map((cell) => cell.padStart(10)), ' ', missed.length === 0 ? 'ok' : missed.join('; ')].join(' ')
}

/** The heading over these lines. */
export const HEADING = [
  'id  ', 'flood'.padEnd(52), ...['rounds', 'sockets', 'grown', 'per socket', 'resident', 'after', 'p50 ms', 'p99 ms', 'max ms'].map((cell) => cell.padStart(10))
].join(' ')

function mib (bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}

function kib (bytes: number): string {
  return `${(bytes / KIB).toFixed(1)} KiB`
}
