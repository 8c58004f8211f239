import t from 'tap'
import type { WebSocket } from 'ws'
import { addressOf } from '../../bench/load/crowd.ts'
import { runLoad, type LoadOptions } from '../../bench/load/load.ts'
import { SECRET, startService, tokenFor, type Teardown } from '../helper.ts'
import { startFaultyHub, type Fault } from './faulty-hub.ts'

const SHORT = { warmUpSeconds: 0, seconds: 0.3 } as const
const UNLIMITED = { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' }

t.test('a window of messages reaches everybody in order', async (t) => {
  const report = await loadService(t, { membersPerRoom: 10, traffic: { kind: 'window', inFlight: 4 } })
  t.ok(report.deliveriesPerSecond > 0 && report.expected > 0)
  t.strictSame([report.lost, report.outOfOrder, report.strays, report.refusals], [0, 0, 0, {}])
})

t.test('latencies are those of the way through the hub, at a window and at a fixed rate', async (t) => {
  for (const traffic of [{ kind: 'window', inFlight: 1 }, { kind: 'rate', messagesPerSecond: 100 }] as const) {
    const { latencyMs } = await loadService(t, { membersPerRoom: 2, publishersPerRoom: 1, traffic })
    t.ok((latencyMs?.p50 ?? 0) > 0, traffic.kind)
  }
})

t.test('many rooms are kept apart', async (t) => {
  const report = await loadService(t, { rooms: 5, membersPerRoom: 4, traffic: { kind: 'window', inFlight: 10 } })
  t.equal(report.connections, 20)
  t.strictSame([report.lost, report.outOfOrder, report.strays], [0, 0, 0])
})

t.test('connections take turns over several addresses', async (t) => {
  const url = ['ws://127.0.0.1:1', 'ws://127.0.0.1:2/own?path', 'ws://127.0.0.1:3']
  const hrefs = [0, 1, 2, 3].map((index) => addressOf({ url }, '/ws', index).href)
  t.strictSame(hrefs, ['ws://127.0.0.1:1/ws', 'ws://127.0.0.1:2/own?path', 'ws://127.0.0.1:3/ws', 'ws://127.0.0.1:1/ws'])
})

t.test('a room over two nodes is one room, whose members publish on both', async (t) => {
  const report = await loadTwoNodes(t, () => 1)
  t.ok(report.deliveriesPerSecond > 0)
  t.strictSame([report.lost, report.outOfOrder, report.strays], [0, 0, 0])
})

t.test('what one of two nodes does not send is reported as lost, the rest arrives', async (t) => {
  const report = await loadTwoNodes(t, () => 0)
  t.ok(report.lost > 0 && report.lost < report.expected, `${report.lost} of ${report.expected}`)
})

t.test('a fixed rate is kept, whatever the hub could do', async (t) => {
  const report = await loadService(t, { membersPerRoom: 3, traffic: { kind: 'rate', messagesPerSecond: 50 }, seconds: 1 })
  t.ok(report.messagesPerSecond > 0 && report.messagesPerSecond < 75, `${report.messagesPerSecond} a second`)
  t.equal(report.lost, 0)
})

t.test('the binary dialect carries a load, and a room of all dialects, each of which gets every message', async (t) => {
  for (const wire of ['protobuf', 'mixed'] as const) {
    const { address } = await startService(t, UNLIMITED)
    const report = await runLoad({ ...SHORT, url: address.replace('http', 'ws'), wire, secret: SECRET, membersPerRoom: 13, publishersPerRoom: 1 })
    t.ok(report.deliveriesPerSecond > 0, wire)
    t.ok((report.bytesPerDelivery ?? 0) > 100)
    t.strictSame([report.lost, report.outOfOrder, report.strays, report.refusals], [0, 0, 0, {}])
  }
})

t.test('a script is said over and over', async (t) => {
  const script = [{ speaker: 0, text: 'hello' }, { speaker: 2, text: '"quoted" \u0001 é' }]
  const report = await loadService(t, { membersPerRoom: 3, script, traffic: { kind: 'window', inFlight: 2 } })
  t.ok(report.expected > 4)
  t.equal(report.lost, 0)
})

t.test('a bystander\'s pings are answered, and the server\'s use is told', async (t) => {
  const report = await loadService(t, { membersPerRoom: 3, bystander: true, serverPid: process.pid, traffic: { kind: 'idle' } })
  t.ok((report.pingMs?.count ?? 0) > 0)
  t.ok((report.server?.cpuShare ?? -1) >= 0)
  t.equal(report.server?.cpuPerDeliveryUs, undefined)
})

t.test('one token can be used for all connections', async (t) => {
  const { address } = await startService(t, UNLIMITED)
  const report = await runLoad({ ...SHORT, url: wsUrl(address), token: await tokenFor({ sub: 'ada' }), membersPerRoom: 5 })
  t.strictSame([report.connections, report.lost], [5, 0])
})

t.test('copies that a hub does not send are reported as lost', async (t) => {
  const report = await loadFaulty(t, (message) => message % 10 === 9 ? 0 : 1)
  t.ok(report.lost > 0)
  t.equal(report.outOfOrder, 0)
})

t.test('copies that a hub sends twice are reported', async (t) => {
  const report = await loadFaulty(t, (message) => message === 1 ? 2 : 1)
  t.strictSame([report.lost, report.outOfOrder], [0, 3])
})

t.test('a hub that pings all the time is measured like any other', async (t) => {
  const url = await startFaultyHub(t, () => 1, { pingPeriodMs: 50 })
  const report = await runLoad({ ...SHORT, url, membersPerRoom: 2 })
  t.equal(report.lost, 0)
})

t.test('a hub that ends a connection is reported with its reason', async (t) => {
  await t.rejects(loadFaulty(t, (message) => message < 5 ? 1 : 'close'), /connection \d ended: closed with 1013 overload/)
})

t.test('a refused handshake is reported with the answer', async (t) => {
  const { address } = await startService(t)
  await t.rejects(runLoad({ ...SHORT, url: wsUrl(address), token: 'no token', membersPerRoom: 2 }), /handshake refused: HTTP\/1\.1 401 Unauthorized/)
})

t.test('refused messages are counted by their code', async (t) => {
  const { address } = await startService(t, { ...UNLIMITED, WS_CLIENT_PUBLISH: 'false' })
  const report = await runLoad({ ...SHORT, url: wsUrl(address), secret: SECRET, membersPerRoom: 2, traffic: { kind: 'rate', messagesPerSecond: 20 } })
  t.ok((report.refusals.FORBIDDEN ?? 0) > 0)
  t.equal(report.lost, 0)
})

async function loadService (t: Teardown, options: Omit<LoadOptions, 'url'>): ReturnType<typeof runLoad> {
  const { address } = await startService(t, UNLIMITED)
  return await runLoad({ ...SHORT, url: wsUrl(address), secret: SECRET, ...options })
}

async function loadFaulty (t: Teardown, fault: Fault): ReturnType<typeof runLoad> {
  const url = await startFaultyHub(t, fault)
  return await runLoad({ ...SHORT, url, membersPerRoom: 4, publishersPerRoom: 1, traffic: { kind: 'rate', messagesPerSecond: 100 } })
}

/** The second node may be faulty. */
async function loadTwoNodes (t: Teardown, fault: Fault): ReturnType<typeof runLoad> {
  const members = new Set<WebSocket>()
  const url = [await startFaultyHub(t, () => 1, { members }), await startFaultyHub(t, fault, { members })]
  return await runLoad({ ...SHORT, url, membersPerRoom: 4, traffic: { kind: 'rate', messagesPerSecond: 100 } })
}

function wsUrl (address: string): string {
  return address.replace(/^http/, 'ws')
}
