import t from 'tap'
import { monotonicMs } from '../../src/clock.ts'
import { connect } from '../client.ts'
import { until } from '../helper.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { stall } from '../support/stall.ts'
import { enter, startHub } from '../support/test-hub.ts'
import { clientFrame, PING, PONG } from '../support/wire-frames.ts'

/** Keeps the event loop busy, as a long computation would. */
function blockFor (ms: number): void {
  const end = monotonicMs() + ms
  while (monotonicMs() < end);
}

/** Answers every ping, each a while after it came. */
async function answerLate (peer: RawPeer, delayMs: number, onPong: () => void): Promise<void> {
  while (await peer.next(PING) !== undefined) {
    await new Promise((resolve) => { setTimeout(resolve, delayMs) })
    peer.send(clientFrame(PONG))
    onPong()
  }
}

t.test('pings go out at the period, and a peer that answers them stays (S0-47, S0-112, S3-39, S3-58)', async (t) => {
  const service = await startHub(t, { times: { pingPeriodMs: 20, pongWaitMs: 200 } })
  const client = await enter(t, service, 'ada')
  const start = monotonicMs()
  let pings = 0
  client.socket.on('ping', () => { pings += 1 })
  await until(() => pings >= 12)
  t.ok(monotonicMs() - start >= 11 * 20, 'twelve pings take at least eleven periods, longer than the pong wait')
  t.equal(service.hub.size, 1)
})

t.test('a ping that cannot be written ends the connection (S0-47)', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address)
  await peer.message('connected')
  peer.socket.resetAndDestroy()
  await until(() => {
    service.hub.recheck()
    return service.hub.size === 0
  })
  t.match(service.lines.findLast(({ text }) => text === 'client disconnected'), { fields: { code: 1006 } })
})

t.test('a peer that answers no ping is cut off after the pong wait (S0-40, S3-40)', async (t) => {
  const service = await startHub(t, { times: { pingPeriodMs: 20, pongWaitMs: 60 } })
  const healthy = await enter(t, service, 'ada')
  const start = monotonicMs()
  const mute = connect(t, service.address, { path: '/?user=bob', autoPong: false })
  t.equal((await mute.closed).code, 1006)
  t.ok(monotonicMs() - start >= 60)
  t.match(service.lines.find(({ text }) => text === 'Stale WebSocket connection detected'), { fields: { user_id: 'bob' } }, '(S1-69)')
  await healthy.drain()
  t.equal(service.hub.size, 1)
})

t.test('a stall of the event loop longer than the pong wait kills nobody', async (t) => {
  const service = await startHub(t, { times: { pingPeriodMs: 20, pongWaitMs: 60 } })
  const client = await enter(t, service, 'ada')
  let pings = 0
  client.socket.on('ping', () => { pings += 1 })
  await until(() => pings >= 1)
  blockFor(200)
  await until(() => pings >= 4)
  t.equal(service.hub.size, 1)
})

t.test('after a stall a peer has the whole time again to answer', async (t) => {
  const service = await startHub(t, { times: { pingPeriodMs: 50, pongWaitMs: 200 } })
  const peer = await connectRaw(t, service.address)
  let pongs = 0
  const answering = answerLate(peer, 40, () => { pongs += 1 })
  await until(() => pongs === 1 && service.opened[0]?.pingSentMs === 0)
  blockFor(400)
  await until(() => pongs === 2)
  t.equal(service.hub.size, 1)
  peer.socket.destroy()
  await answering
})

t.test('a stall of the event loop does not count as a hanging write', async (t) => {
  const service = await startHub(t, { times: { writeTimeoutMs: 50 } })
  const peer = await connectRaw(t, service.address)
  const [connection] = service.opened
  if (connection === undefined) throw new Error('expected a connection')
  peer.socket.pause()
  await stall(connection)
  peer.socket.resume()
  blockFor(150)
  await until(() => connection.stalledSince === 0)
  t.ok(connection.isOpen)
})

t.test('a session ends with 1008 when its token does, not earlier (S3-67)', async (t) => {
  const service = await startHub(t)
  const expiresAtMs = Date.now() + 60
  const client = await enter(t, service, 'ada', { expiresAtMs })
  t.same(await client.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= expiresAtMs)
})

t.test('nothing is delivered to a session whose token has ended', async (t) => {
  const service = await startHub(t)
  const client = await enter(t, service, 'ada', { expiresAtMs: Date.now() + 30 })
  await until(() => service.hub.size === 0)
  t.equal((await service.hub.broadcast({ type: 'news' })).recipients, 0)
  await client.closed
  t.same(client.inbox, [])
})

t.test('a session without an end of its token stays', async (t) => {
  const service = await startHub(t)
  const guest = await enter(t, service, 'guest')
  const other = await enter(t, service, 'ada', { expiresAtMs: Date.now() + 30 })
  await other.closed
  t.ok(await guest.drain())
})

t.test('a recheck pings everybody at once, long before the period is over', async (t) => {
  const service = await startHub(t)
  const clients = [await enter(t, service, 'ada'), await enter(t, service, 'bob')]
  const pinged = clients.map(({ socket }) => new Promise((resolve) => { socket.once('ping', resolve) }))
  service.hub.recheck()
  await Promise.all(pinged)
  t.equal(service.hub.size, 2)
})
