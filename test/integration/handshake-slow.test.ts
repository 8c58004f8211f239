import t from 'tap'
import { connectAs, startService, type Teardown } from '../helper.ts'
import { connectHttp, handshake, type HttpPeer } from '../support/http-peer.ts'

const env = { WS_HANDSHAKE_TIMEOUT: '150ms' }
const timeout = { error: 'request took too long', code: 'REQUEST_TIMEOUT' }

/** Sends a text a letter at a time, for as long as somebody listens. */
function drip (t: Teardown, { socket }: HttpPeer, text: string): void {
  const letters = text[Symbol.iterator]()
  const timer = setInterval(() => socket.write(letters.next().value ?? 'x'), 10)
  t.teardown(() => clearInterval(timer))
  socket.once('close', () => clearInterval(timer))
}

t.test('c6, c7, M22: A connection that says nothing ends', async (t) => {
  const { address } = await startService(t, env)
  const peer = await connectHttp(t, address)
  await peer.closed
  t.pass('it ended')
})

t.test('c6, c7, M22: A connection that stops in the middle of its headers ends', async (t) => {
  const { address } = await startService(t, env)
  const peer = await connectHttp(t, address)
  peer.write(handshake().slice(0, 60))
  await peer.closed
  t.pass('it ended')
})

t.test('c7, M22: Headers that drip in end with 408', async (t) => {
  const { address } = await startService(t, env)
  const peer = await connectHttp(t, address)
  drip(t, peer, handshake({ lines: [`X: ${'x'.repeat(10_000)}`] }))
  const answer = await peer.response()
  t.equal(answer.status, 408)
  t.strictSame(answer.json(), timeout)
  await peer.closed
})

t.test('c7, M22: A body that drips in ends with 408', async (t) => {
  const { address } = await startService(t, env)
  const peer = await connectHttp(t, address)
  peer.write('POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n')
  drip(t, peer, '')
  const answer = await peer.response()
  t.equal(answer.status, 408)
  t.strictSame(answer.json(), timeout)
  await peer.closed
})

t.test('An upgraded connection stays, however long it is quiet', async (t) => {
  const service = await startService(t, env)
  const quiet = await connectAs(t, service, 'ada')
  for (let round = 0; round < 2; round++) await (await connectHttp(t, service.address)).closed
  t.equal((await quiet.request({ type: 'ping' })).type, 'pong')
})

t.test('c7: While many slow connections are open new clients come in', async (t) => {
  const service = await startService(t, { WS_HANDSHAKE_TIMEOUT: '5s' })
  const slow = await Promise.all(Array.from({ length: 200 }, async () => await connectHttp(t, service.address)))
  for (const peer of slow) peer.write('GET /ws HTTP/1.1\r\n')
  const client = await connectAs(t, service, 'ada')
  t.equal((await client.request({ type: 'ping' })).type, 'pong')
})
