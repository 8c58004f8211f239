import type { ProcessUsage } from './process-usage.ts'

/** One moment of a run. */
export interface Snapshot {
  readonly atMs: number
  readonly deliveries: number
  readonly deliveredBytes: number
  readonly completed: number
  readonly ownCpuSeconds: number
  readonly usage: ProcessUsage | undefined
  /** CPU time of all processes of the machine. */
  readonly busySeconds: number | undefined
}

/** What happened between two moments. */
export interface Interval {
  readonly seconds: number
  readonly deliveries: number
  readonly deliveredBytes: number
  readonly completed: number
  readonly ownCpuSeconds: number
  readonly serverCpuSeconds: number | undefined
  readonly busySeconds: number | undefined
}

const MS_PER_S = 1_000

/** Subtracts one moment from a later one. */
export function between (from: Snapshot, to: Snapshot): Interval {
  return {
    seconds: (to.atMs - from.atMs) / MS_PER_S,
    deliveries: to.deliveries - from.deliveries,
    deliveredBytes: to.deliveredBytes - from.deliveredBytes,
    completed: to.completed - from.completed,
    ownCpuSeconds: to.ownCpuSeconds - from.ownCpuSeconds,
    serverCpuSeconds: from.usage && to.usage && to.usage.cpuSeconds - from.usage.cpuSeconds,
    busySeconds: from.busySeconds && to.busySeconds && to.busySeconds - from.busySeconds
  }
}
