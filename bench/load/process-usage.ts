import { readFileSync } from 'node:fs'

/** What a process has used, as the operating system counts it. */
export interface ProcessUsage {
  /** User and system time of all its threads, seconds. */
  readonly cpuSeconds: number
  /** Resident memory, KB. */
  readonly rssKb: number
}

/** Unit of the times in /proc: a hundredth of a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100
/** Places behind the program's name, which may hold spaces and brackets itself. */
const USER_FIELD = 11
const SYSTEM_FIELD = 12

/** Reads a process' usage; undefined when it is gone, or where there is no /proc. */
export function readUsage (pid: number): ProcessUsage | undefined {
  try {
    return {
      cpuSeconds: parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8')),
      rssKb: parseRssKb(readFileSync(`/proc/${pid}/status`, 'utf8'))
    }
  } catch {
    return undefined
  }
}

/** What processes use together; undefined when one of them is gone: part of a sum says nothing. */
export function readUsageOf (pids: readonly number[]): ProcessUsage | undefined {
  const sum = { cpuSeconds: 0, rssKb: 0 }
  for (const pid of pids) {
    const usage = readUsage(pid)
    if (usage === undefined) return undefined
    sum.cpuSeconds += usage.cpuSeconds
    sum.rssKb += usage.rssKb
  }
  return sum
}

/** CPU time out of `/proc/PID/stat`. */
export function parseCpuSeconds (stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) / TICKS_PER_SECOND
}

/** Resident memory out of `/proc/PID/status`. */
export function parseRssKb (status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1])
}
