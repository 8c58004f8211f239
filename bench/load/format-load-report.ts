import type { LoadReport, ServerReport } from './report.ts'
import type { Distribution } from './samples.ts'

/** Above this share of a core the load is what limits the rate, unless the server is as busy. */
const BUSY_SHARE = 0.9
/** Connecting waits for the kernel now and then, however busy. */
const BUSY_CONNECTING_SHARE = 0.8
const US_PER_S = 1_000_000

/** Whether the load, and not the hub, was what limited the rate. */
export function isLoadBound ({ loadCpuShare, server }: LoadReport): boolean {
  return loadCpuShare >= BUSY_SHARE && (server === undefined || server.cpuShare < BUSY_SHARE)
}

/** The same for the rate of handshakes. */
export function isConnectingLoadBound ({ handshakeLoadCpuShare = 0, handshakesPerSecond = 0, server }: LoadReport): boolean {
  const serverCpuShare = (server?.cpuPerHandshakeUs ?? 0) * handshakesPerSecond / US_PER_S
  return handshakeLoadCpuShare >= BUSY_CONNECTING_SHARE && serverCpuShare < BUSY_CONNECTING_SHARE
}

/** A report as lines for a terminal. */
export function formatLoadReport (report: LoadReport): string {
  const { connections, rooms, seconds, latencyMs, pingMs, server } = report
  return [
    row('connections', `${count(connections)} in ${count(rooms)} room${rooms === 1 ? '' : 's'}`),
    report.handshakesPerSecond !== undefined && row('handshakes', `${count(report.handshakesPerSecond)}/s`),
    row('deliveries', `${count(report.deliveriesPerSecond)}/s, ${count(report.messagesPerSecond)} messages/s, over ${seconds.toFixed(1)} s`),
    latencyMs && row('latency', describe(latencyMs)),
    pingMs && row('ping answered in', describe(pingMs)),
    row('lost', `${count(report.lost)} of ${count(report.expected)} copies`),
    report.outOfOrder > 0 && row('twice or late', `${count(report.outOfOrder)} copies came again or out of order`),
    report.strays > 0 && row('astray', `${count(report.strays)} copies came to somebody they were not for`),
    ...Object.entries(report.refusals).map(([code, times]) => row('refused', `${count(times)} × ${code}${hint(code)}`)),
    row('CPU of the load', share(report.loadCpuShare)),
    server && row('CPU of the server', [share(server.cpuShare), perDelivery(server)].filter((text) => text !== '').join(', ')),
    server && row('memory', `${server.rssPerConnectionKb.toFixed(1)} KB per connection`),
    isLoadBound(report) && 'The load itself was the limit: the server can do more than this.'
  ].filter((line) => typeof line === 'string').join('\n')
}

/** A whole number with separators. */
export function count (value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function share (cores: number): string {
  return `${Math.round(cores * 100)} % of a core`
}

function perDelivery ({ cpuPerDeliveryUs }: ServerReport): string {
  return cpuPerDeliveryUs === undefined ? '' : `${cpuPerDeliveryUs.toFixed(2)} µs per delivery`
}

function describe ({ p50, p99, p999, max }: Distribution): string {
  return `p50 ${ms(p50)}, p99 ${ms(p99)}, p99.9 ${ms(p999)}, max ${ms(max)}`
}

function ms (value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

function hint (code: string): string {
  return code === 'RATE_LIMIT' ? ' (start the service with WS_MESSAGE_RATE=0, or use fewer messages in flight)' : ''
}

function row (name: string, text: string): string {
  return `${name.padEnd(18)}${text}`
}
