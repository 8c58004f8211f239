import type { LoadReport } from '../../bench/load/load.ts'

/** A report in which all went well. */
export function sampleReport (different: Partial<LoadReport> = {}): LoadReport {
  return {
    connections: 1_000,
    rooms: 1,
    seconds: 5,
    handshakesPerSecond: 4_000,
    messagesPerSecond: 1_500,
    deliveriesPerSecond: 1_498_500,
    bytesPerDelivery: 250,
    latencyMs: { count: 1_000, p50: 5, p99: 9, p999: 12, max: 20 },
    expected: 10_000_000,
    lost: 0,
    outOfOrder: 0,
    strays: 0,
    refusals: {},
    loadCpuShare: 0.7,
    handshakeLoadCpuShare: 0.5,
    otherCpuShare: 0.01,
    maxLagMs: 0,
    pingWhileArrivingMs: undefined,
    pingMs: undefined,
    server: sampleServer(0.6),
    ...different
  }
}

/** What a server used that needed so many microseconds for each delivery. */
export function sampleServer (cpuPerDeliveryUs: number): LoadReport['server'] {
  return { cpuShare: 0.99, cpuPerDeliveryUs, cpuPerHandshakeUs: 200, rssPerConnectionKb: 9.5 }
}
