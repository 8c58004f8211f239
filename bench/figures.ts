import type { LoadReport } from './load/load.ts'

/** One number out of a report. */
export interface Figure {
  readonly title: string
  readonly unit: string
  /** Undefined when it was not measured. */
  readonly of: (report: LoadReport) => number | undefined
  readonly digits: number
  /** Whether hubs are compared by it. */
  readonly isCompared: boolean
}

const PERCENT = 100
const US_PER_S = 1_000_000

/** All figures, by name. */
export const figures = {
  cpuPerDelivery: compared('server CPU per delivery', 'µs', 2, ({ server }) => server?.cpuPerDeliveryUs),
  cpuPerMessage: compared('server CPU per message', 'µs', 1, cpuPerMessageUs),
  messages: compared('messages', '/s', 0, ({ messagesPerSecond }) => messagesPerSecond),
  deliveries: compared('deliveries', '/s', 0, ({ deliveriesPerSecond }) => deliveriesPerSecond),
  bytes: compared('bytes per delivery', '', 0, ({ bytesPerDelivery }) => bytesPerDelivery),
  p50: compared('p50', 'ms', 2, ({ latencyMs }) => latencyMs?.p50),
  p99: compared('p99', 'ms', 2, ({ latencyMs }) => latencyMs?.p99),
  p999: compared('p99.9', 'ms', 2, ({ latencyMs }) => latencyMs?.p999),
  rss: compared('memory per connection', 'KB', 1, ({ server }) => server?.rssPerConnectionKb),
  handshakes: compared('handshakes', '/s', 0, ({ handshakesPerSecond }) => handshakesPerSecond),
  cpuPerHandshake: compared('server CPU per handshake', 'µs', 0, ({ server }) => server?.cpuPerHandshakeUs),
  pingMax: compared('slowest ping', 'ms', 1, ({ pingMs }) => pingMs?.max),
  pingMaxArriving: compared('slowest ping during arrival', 'ms', 1, ({ pingWhileArrivingMs }) => pingWhileArrivingMs?.max),
  lost: plain('lost', '', ({ lost }) => lost),
  wrong: plain('out of order or astray', '', ({ outOfOrder, strays }) => outOfOrder + strays),
  serverCpu: plain('server', '% CPU', ({ server }) => server && server.cpuShare * PERCENT),
  loadCpu: plain('load', '% CPU', ({ loadCpuShare }) => loadCpuShare * PERCENT),
  handshakeLoadCpu: plain('load while connecting', '% CPU', ({ handshakeLoadCpuShare: share }) => share && share * PERCENT)
} as const satisfies Record<string, Figure>

/** Names of the figures. */
export type FigureName = keyof typeof figures

/** A number as the results write it. */
export function formatFigure (name: FigureName, value: number): string {
  const { digits } = figures[name]
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** A figure's title with its unit. */
export function headingOf (name: FigureName): string {
  const { title, unit } = figures[name]
  return unit === '' ? title : `${title}, ${unit}`
}

/** All that a message takes: what publishing it costs, and its way to each receiver. */
function cpuPerMessageUs ({ server, messagesPerSecond }: LoadReport): number | undefined {
  return server === undefined || messagesPerSecond === 0 ? undefined : server.cpuShare * US_PER_S / messagesPerSecond
}

function compared (title: string, unit: string, digits: number, of: Figure['of']): Figure {
  return { title, unit, of, digits, isCompared: true }
}

function plain (title: string, unit: string, of: Figure['of']): Figure {
  return { title, unit, of, digits: 0, isCompared: false }
}
