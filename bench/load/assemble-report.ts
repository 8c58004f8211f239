import type { LoadPlan } from './options.ts'
import type { LoadReport, ServerReport } from './report.ts'
import type { Distribution } from './samples.ts'
import type { Interval, Snapshot } from './snapshot.ts'
import type { Tally } from './tally.ts'

/** What a run has measured, phase by phase. */
export interface Findings {
  readonly plan: LoadPlan
  readonly tally: Tally
  readonly maxLagMs: number
  /** Before the first connection, and after the measured time with all still connected. */
  readonly before: Snapshot
  readonly after: Snapshot
  readonly handshakes: Interval | undefined
  readonly measured: Interval
  readonly pingWhileArrivingMs: Distribution | undefined
  readonly pingMs: Distribution | undefined
}

const US_PER_S = 1_000_000

/** Puts the findings of a run together. */
export function assembleReport (findings: Findings): LoadReport {
  const { plan, tally, measured, handshakes, maxLagMs, pingMs, pingWhileArrivingMs } = findings
  const connections = plan.rooms * plan.membersPerRoom
  return {
    connections,
    rooms: plan.rooms,
    seconds: measured.seconds,
    handshakesPerSecond: handshakes && connections / handshakes.seconds,
    messagesPerSecond: measured.completed / measured.seconds,
    deliveriesPerSecond: measured.deliveries / measured.seconds,
    bytesPerDelivery: measured.deliveries === 0 ? undefined : measured.deliveredBytes / measured.deliveries,
    latencyMs: tally.latencies.distribution(),
    expected: tally.expected,
    lost: tally.lost,
    outOfOrder: tally.late + tally.repeated,
    strays: tally.strays,
    refusals: Object.fromEntries(tally.refusals),
    loadCpuShare: measured.ownCpuSeconds / measured.seconds,
    handshakeLoadCpuShare: handshakes && handshakes.ownCpuSeconds / handshakes.seconds,
    otherCpuShare: otherCpuShare(measured),
    maxLagMs,
    pingWhileArrivingMs,
    pingMs,
    server: serverReport(findings, connections)
  }
}

/** Rounding of the parts may make nothing look like less. */
function otherCpuShare ({ busySeconds, serverCpuSeconds, ownCpuSeconds, seconds }: Interval): number | undefined {
  if (busySeconds === undefined || serverCpuSeconds === undefined) return undefined
  return Math.max(0, busySeconds - serverCpuSeconds - ownCpuSeconds) / seconds
}

function serverReport ({ before, after, measured, handshakes }: Findings, connections: number): ServerReport | undefined {
  const { serverCpuSeconds } = measured
  if (serverCpuSeconds === undefined || before.usage === undefined || after.usage === undefined) return undefined
  const handshakeCpuSeconds = handshakes?.serverCpuSeconds
  return {
    cpuShare: serverCpuSeconds / measured.seconds,
    cpuPerDeliveryUs: measured.deliveries === 0 ? undefined : serverCpuSeconds * US_PER_S / measured.deliveries,
    cpuPerHandshakeUs: handshakeCpuSeconds && handshakeCpuSeconds * US_PER_S / connections,
    rssPerConnectionKb: (after.usage.rssKb - before.usage.rssKb) / connections
  }
}
