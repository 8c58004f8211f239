import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { until } from '../helper.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { startWithStalledPeer } from '../support/stalled-peer.ts'
import { enter, startHub } from '../support/test-hub.ts'
import { clientClose, clientFrame, CLOSE, closeCodeOf, PING, PONG, TEXT, type WireFrame } from '../support/wire-frames.ts'

const numbersIn = (frames: readonly WireFrame[]) => frames
  .filter(({ opcode }) => opcode === TEXT)
  .map(({ payload }) => JSON.parse(payload.toString()))
  .filter(({ type }) => type === 'number')
  .map(({ payload }) => payload)

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

t.test('what was queued before a close arrives before the close frame (S0-45)', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address)
  const [connection] = service.opened
  for (const number of numbers(600)) connection?.send('number', number)
  connection?.close(closeCodes.restarting)
  peer.send(clientClose(1012))
  const frames = await peer.rest()
  t.same(numbersIn(frames), numbers(600))
  t.equal(frames.at(-1)?.opcode, CLOSE)
})

t.test('no data follows the close frame that answers a peer in the middle of a backlog', async (t) => {
  const { peer, connection } = await startWithStalledPeer(t)
  for (const number of numbers(20)) connection.send('number', number)
  peer.send(clientClose(1000))
  await until(() => !connection.isOpen)
  const opcodes = (await peer.rest()).map(({ opcode }) => opcode)
  t.equal(opcodes.indexOf(CLOSE), opcodes.length - 1)
})

t.test('pings between large and small frames tear none of them and change no order (S0-124)', async (t) => {
  const service = await startHub(t, { times: { pingPeriodMs: 1 }, timings: { sweepIntervalMs: 1 } })
  const peer = await connectRaw(t, service.address)
  const [connection] = service.opened
  let sent = 0
  let pings = 0
  const sending = setInterval(() => {
    for (let turn = 0; turn < 10; turn += 1) connection?.send('number', sent++)
    connection?.send('filler', 'x'.repeat(sent * 97 % 70_000))
  }, 1)
  t.teardown(() => clearInterval(sending))
  for (; pings < 20; pings += 1) {
    await peer.next(PING)
    peer.send(clientFrame(PONG))
  }
  clearInterval(sending)
  connection?.close(closeCodes.normal)
  peer.send(clientClose(1000))
  t.same(numbersIn(await peer.rest()), numbers(sent))
})

t.test('a close that finds the peer closing already leaves the end to the peer', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address)
  const [connection] = service.opened
  peer.send(clientClose(1000))
  await until(() => connection?.isOpen === false)
  connection?.close(closeCodes.restarting)
  const close = await peer.next(CLOSE)
  t.equal(close && closeCodeOf(close), 1000)
  peer.socket.end()
  await until(() => service.lines.some(({ text }) => text === 'client disconnected'))
  t.match(service.lines.findLast(({ text }) => text === 'client disconnected'), { fields: { code: 1000 } })
})

t.test('nothing is delivered to a connection that has ended, and that is said', async (t) => {
  const service = await startHub(t)
  const client = await enter(t, service, 'ada')
  const [connection] = service.opened
  connection?.close(closeCodes.restarting)
  t.notOk(connection?.send('number', 1))
  t.equal((await service.hub.toUser('ada', { type: 'news' })).recipients, 0)
  t.equal((await client.closed).code, 1012)
  t.same(client.inbox, [])
})

t.test('an end counts once, whatever comes after it (S0-52)', async (t) => {
  const service = await startHub(t)
  const client = await enter(t, service, 'ada')
  const [connection] = service.opened
  connection?.close(closeCodes.restarting)
  connection?.close(closeCodes.tooSlow)
  connection?.terminate('again')
  await client.closed
  await until(() => !connection?.isOpen)
  t.equal(service.lines.filter(({ text }) => text === 'client disconnected').length, 1)
})
