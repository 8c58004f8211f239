import { connect as connectSocket } from 'node:net'
import { Type } from '@sinclair/typebox'
import t, { type Test } from 'tap'
import { connect } from '../client.ts'
import { startService, tokenFor, type TestService } from '../helper.ts'

/** A service that logs all it can. */
async function talkative (t: Test, env: Record<string, string> = {}): Promise<TestService> {
  return await startService(t, { LOG_LEVEL: 'trace', WS_INVALID_JSON_BUDGET: '1000', ...env })
}

/** Fails for each log line that holds the claims or the signature of a token. */
function expectSilence (t: Test, { logs }: TestService, token: string): void {
  const [, ...secrets] = token.split('.')
  const lines = logs.map((line) => JSON.stringify(line))
  t.ok(lines.some((line) => line.includes('***')))
  t.strictSame(lines.filter((line) => secrets.some((secret) => line.includes(secret))), [])
}

t.test('b22, M11: no log line holds a token that connected, wherever the client put it', async (t) => {
  const service = await talkative(t)
  const token = await tokenFor({ sub: 'ada', role: 'admin' })
  const places = [
    { token }, { headers: { authorization: `Bearer ${token}` } }, { protocols: ['hub.v1', 'bearer', token] }, { protocols: ['bearer', token] },
    { path: `/api/v1/ws?token=${token}&x=1` }, { headers: { cookie: `token=${token}`, authorization: `bearer  ${token}` } }
  ]
  for (const place of places) {
    const client = connect(t, service.address, place)
    t.equal((await client.next()).type, 'connected')
    await client.close()
  }
  expectSilence(t, service, token)
})

t.test('b22: no log line holds a token of a refused handshake, with a status or with a close code', async (t) => {
  const service = await talkative(t, { WS_ALLOWED_ORIGINS: 'http://good.example' })
  const expired = await tokenFor({ sub: 'ada', exp: 1 })
  const headers = { authorization: `Bearer ${expired}` }
  const refusals = [
    { token: expired }, { headers }, { protocols: ['bearer', expired] }, { token: expired, origin: 'http://good.example' }, { token: `${expired}x` },
    { token: expired, origin: 'http://evil.example' }, { path: '/nothing', token: expired }, { path: '/health', token: expired },
    { path: '/ws?dialect=none', token: expired }, { path: `/ws?token=${expired}&token=${expired}` }, { path: `/ws/${expired}` },
    { headers: { ...headers, 'sec-websocket-version': '7' } }, { headers: { cookie: `session=${expired}; token=${expired}` } }
  ]
  for (const refusal of refusals) await connect(t, service.address, refusal).closed
  expectSilence(t, service, expired)
})

t.test('b22: no log line holds a token of a request over HTTP, well-formed or not', async (t) => {
  const service = await talkative(t)
  const token = await tokenFor({ sub: 'ada' })
  const authorization = `Bearer ${token}`
  for (const path of ['/ws', '/ws/stats', '/ws/online', '/health', '/nothing', `/${token}`, '/%']) {
    await fetch(`${service.address}${path}?token=${token}&ticket=${token}`, { headers: { authorization } })
  }
  await fetch(`${service.address}/ws/broadcast`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: `{"token":"${token}` })
  for (const head of [`GET /ws?token=${token} HTTP/9.9`, `${token} / HTTP/1.1`, `GET /ws?token=${token} HTTP/1.1\r\nbroken ${token}`]) {
    await sendRaw(service, `${head}\r\n\r\n`)
  }
  expectSilence(t, service, token)
})

t.test('b22: no log line holds a token that a client sent in a frame, good or bad', async (t) => {
  const service = await talkative(t, { WS_MAX_MESSAGE_SIZE: '2000' })
  const token = await tokenFor({ sub: 'ada' })
  service.app.hub.handle('fail', { schema: Type.Unknown() }, (_context, payload) => { throw new Error(`cannot use ${String(payload)}`) })
  const client = connect(t, service.address, { token })
  await client.next('connected')
  const frames = [
    { type: 'refresh_token', payload: { token } }, { type: token }, { type: 'ping', id: token }, { type: 'join_room', room: token },
    { type: 'join_room', room: token.slice(0, 128) }, { type: 'join_room', payload: { room_id: `*${token}` } }, { type: 'fail', payload: token },
    { type: 'send_message', room: 'r', payload: { [token]: token } }
  ]
  for (const frame of frames) client.send(frame)
  for (const text of [token, `{"token":"${token}"`, `{"token":"${token}"}`, `["${token}"]`, `{"type":"ping","payload":{"${token}":{"__proto__":1}}}`, token.repeat(30)]) client.send(text)
  const frameTypes = (await client.drain()).map(({ type }) => type)
  t.ok(frameTypes.length >= frames.length)
  t.ok(service.logs.some(({ msg, level }) => msg === 'WebSocket operation failed' && level === 50))
  expectSilence(t, service, token)
})

t.test('b22: no log line holds a token that stands in a close reason', async (t) => {
  const service = await talkative(t)
  const token = await tokenFor({ sub: 'a' })
  const client = connect(t, service.address, { token })
  await client.next('connected')
  client.socket.close(4000, token.slice(0, 123))
  await client.closed
  expectSilence(t, service, token)
})

/** Sends bytes as they are and waits for the end of the answer. */
async function sendRaw ({ address }: TestService, bytes: string): Promise<void> {
  const { hostname, port } = new URL(address)
  const socket = connectSocket(Number(port), hostname)
  socket.resume()
  socket.write(bytes)
  await new Promise((resolve) => { socket.once('close', resolve) })
}
