import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { until, type Teardown } from '../helper.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { enter, startHub, type TestHub, type TestHubOptions } from '../support/test-hub.ts'
import { CLOSE, closeCodeOf, TEXT, type WireFrame } from '../support/wire-frames.ts'

const LARGE = 'x'.repeat(60_000)

interface Slow extends TestHub {
  readonly peer: RawPeer
}

/** A hub with one subscriber of `room:hall` that has stopped reading. */
async function startWithSlowPeer (t: Teardown, options: TestHubOptions): Promise<Slow> {
  const service = await startHub(t, { ...options, outbox: { messages: 8, bytes: 100_000 } })
  const peer = await connectRaw(t, service.address, { path: '/?user=slow' })
  peer.send({ type: 'subscribe', room: 'hall' })
  await peer.message('subscribed')
  peer.socket.pause()
  return { ...service, peer }
}

/** Publishes to the room until the peer's socket is full. */
async function stallPeer ({ hub, opened: [connection] }: TestHub): Promise<void> {
  while (connection?.stalledSince === 0) await publishAndFlush(hub)
}

/** Publishes a large message and lets it go out. */
async function publishAndFlush (hub: TestHub['hub']): Promise<void> {
  await hub.toRoom('hall', { type: 'news', payload: LARGE })
  await endOfTurn()
}

const envelopes = (frames: readonly WireFrame[]) => frames.filter(({ opcode }) => opcode === TEXT).map(({ payload }) => JSON.parse(payload.toString()))

t.test('c9, M9: a peer that does not read is closed with 1013 at the bound (S3-61)', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'close' })
  while (service.hub.size > 0) await publishAndFlush(service.hub)
  const frames = await peer.rest()
  const last = frames.at(-1)
  t.equal(last?.opcode === CLOSE && closeCodeOf(last), 1013)
  t.same(envelopes(frames).map(({ seq }) => seq), envelopes(frames).map((_, index) => index + 1), 'no hole before the close')
})

t.test('c9: everybody else in the room gets every message while one is closed as too slow (S0-128)', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'close' })
  const bystanders = [await enter(t, service, 'ada'), await enter(t, service, 'bob')]
  for (const client of bystanders) await client.request({ type: 'subscribe', room: 'hall' })
  const publisher = await enter(t, service, 'carl')
  await publisher.request({ type: 'subscribe', room: 'hall' })
  let published = 0
  for (; service.hub.size === 4; published += 1) await publisher.request({ type: 'publish', room: 'hall', payload: LARGE })
  for (const client of bystanders) {
    t.same((await client.drain()).map(({ seq }) => seq), Array.from({ length: published }, (_, index) => index + 1))
  }
})

t.test('what is dropped for a slow peer is warned of once, in the words of document 000 (S0-69)', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'drop' })
  await stallPeer(service)
  for (let extra = 0; extra < 30; extra += 1) await service.hub.toRoom('hall', { type: 'news', payload: LARGE })
  const warnings = service.lines.filter(({ text }) => text === 'dropping message for slow client')
  t.match(warnings, [{ level: 'warn', fields: { client_id: service.opened[0]?.id } }])
  t.equal(service.hub.size, 1)
})

t.test('a peer that reads again is told of the gap, in the place of what was dropped', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'drop' })
  await stallPeer(service)
  for (let extra = 0; extra < 30; extra += 1) await service.hub.toRoom('hall', { type: 'news', payload: extra % 2 === 0 ? LARGE : 'small' })
  peer.socket.resume()
  const [connection] = service.opened
  await until(() => connection?.stalledSince === 0)
  const { seq: last = 0 } = await service.hub.toRoom('hall', { type: 'last' })
  connection?.close(closeCodes.normal)
  const seen = envelopes(await peer.rest()).map(({ type, seq, payload }) => type === 'gap' ? [payload.from_seq, payload.to_seq] : [seq, seq])
  t.equal(seen.filter(([from, to]) => from !== to).length, 1)
  t.same(seen.map(([from]) => from), [1, ...seen.slice(0, -1).map(([, to]) => to + 1)], 'every number is delivered or in the gap, in order')
  t.equal(seen.at(-1)?.[1], last)
})

t.test('honest recipients: a copy that was dropped does not count (S0-126)', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'drop' })
  await enter(t, service, 'ada')
  await stallPeer(service)
  const results = []
  for (let extra = 0; extra < 20; extra += 1) results.push(await service.hub.broadcast({ type: 'news', payload: 'small' }))
  t.same([results[0]?.recipients, results.at(-1)?.recipients], [2, 1])
})

t.test('c9, M9: a peer that does not read costs no more memory than its bound, however much is published', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'drop' })
  await stallPeer(service)
  const before = await collectGarbage()
  for (let extra = 0; extra < 2_000; extra += 1) await service.hub.toRoom('hall', { type: 'news', payload: LARGE })
  const grownBytes = await collectGarbage() - before
  t.ok(grownBytes < 4_000_000, `grown by ${grownBytes} bytes while 120 MB were published`)
})

t.test('a write that hangs longer than the write timeout ends the connection with 1013 (S0-32, S0-45, S0-111)', async (t) => {
  const { peer, ...service } = await startWithSlowPeer(t, { slowClient: 'drop', times: { writeTimeoutMs: 30 } })
  await stallPeer(service)
  await until(() => service.hub.size === 0)
  t.match(service.lines.findLast(({ text }) => text === 'client disconnected'), { fields: { code: 1013 } })
})
