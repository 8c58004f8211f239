import { parentPort, workerData } from 'node:worker_threads'
import type { BystanderData } from './bystander.ts'
import { Client, type ClientListener } from './client.ts'
import { createWire } from './create-wire.ts'
import { Samples, type Distribution } from './samples.ts'

const PING_PERIOD_MS = 20
const US_PER_MS = 1_000
/** Far less than the load's: pings are few. */
const CAPACITY = 1 << 16
/** A connection outside of the load's count. */
const INDEX = 0

const { url, wire, token, periodMs = PING_PERIOD_MS }: BystanderData = workerData
const samples = new Samples(CAPACITY)
const sentMs = new Map<string, number>()

const listener: ClientListener = {
  onMessage: () => false,
  onRefused () {},
  onRead () {},
  onPong (payload) {
    const sent = sentMs.get(payload)
    if (sent === undefined) return
    sentMs.delete(payload)
    samples.add((performance.now() - sent) * US_PER_MS)
  },
  onBroken (error) { throw error }
}

const client = new Client({ url: new URL(url), wire: createWire(wire), index: INDEX, ...(token !== undefined && { token }) }, listener)
await client.connect()
let count = 0
setInterval(ping, periodMs)
parentPort?.postMessage('ready')
parentPort?.on('message', () => parentPort?.postMessage(take()))

function ping (): void {
  const payload = String(++count)
  sentMs.set(payload, performance.now())
  client.ping(payload)
}

/** What was measured since the last time; a ping that should have been answered by now counts with its age. */
function take (): Distribution | undefined {
  const nowMs = performance.now()
  for (const sent of sentMs.values()) {
    if (nowMs - sent > periodMs) samples.add((nowMs - sent) * US_PER_MS)
  }
  const distribution = samples.distribution()
  samples.clear()
  return distribution
}
