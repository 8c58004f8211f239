import type { Distribution } from './samples.ts'

/** What the hub's process used, or all of its processes; only known when their ids were given. */
export interface ServerReport {
  /** Share of one core during the measured time; several processes can have more than one. */
  readonly cpuShare: number
  /** CPU time for each delivery, microseconds; undefined when nothing was delivered. */
  readonly cpuPerDeliveryUs: number | undefined
  /** CPU time for each handshake, microseconds. */
  readonly cpuPerHandshakeUs: number | undefined
  /** Growth of resident memory for each connection, from before the first to after the settling, KB. */
  readonly rssPerConnectionKb: number
}

/** What a load has found out. */
export interface LoadReport {
  readonly connections: number
  readonly rooms: number
  /** How long was measured. */
  readonly seconds: number
  /** Undefined when the arrivals were spread over time. */
  readonly handshakesPerSecond: number | undefined
  /** Messages that reached everybody, and copies that arrived, per second. */
  readonly messagesPerSecond: number
  readonly deliveriesPerSecond: number
  /** Content of each copy, without the headers of frames; undefined when nothing was delivered. */
  readonly bytesPerDelivery: number | undefined
  /** From sending to arrival. */
  readonly latencyMs: Distribution | undefined
  /** Over the whole run, not only the measured time. */
  readonly expected: number
  readonly lost: number
  readonly outOfOrder: number
  readonly strays: number
  /** How often which error was answered. */
  readonly refusals: Readonly<Record<string, number>>
  /** Share of one core that the load itself used; near 1 it is what limits the rate. */
  readonly loadCpuShare: number
  /** The same during the handshakes. */
  readonly handshakeLoadCpuShare: number | undefined
  /** Share of one core that other processes used, which disturbs; only known with the server's. */
  readonly otherCpuShare: number | undefined
  /** How late messages of a fixed rate left at most, ms. */
  readonly maxLagMs: number
  /** Pings of a bystander, while the members arrived and while it was measured. */
  readonly pingWhileArrivingMs: Distribution | undefined
  readonly pingMs: Distribution | undefined
  readonly server: ServerReport | undefined
}
