import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100
/** Places of the first line's numbers in which nobody works: idle, and waiting for a disk. */
const IDLE_FIELDS: ReadonlySet<number> = new Set([3, 4])
/** The times of guests are contained in others. */
const FIRST_GUEST_FIELD = 8

/** CPU time of all processes since the start of the machine, seconds; undefined where there is no /proc. */
export function readBusySeconds (): number | undefined {
  try {
    return parseBusySeconds(readFileSync('/proc/stat', 'utf8'))
  } catch {
    return undefined
  }
}

/** CPU time out of `/proc/stat`, what other machines took from this one included. */
export function parseBusySeconds (stat: string): number {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').slice(0, FIRST_GUEST_FIELD).map(Number) ?? []
  const busy = fields.filter((_, index) => !IDLE_FIELDS.has(index))
  return busy.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND
}
