import t from 'tap'
import { connect } from '../client.ts'
import { memberOf, startService, tokenFor } from '../helper.ts'
import { cli } from '../support/cli-world.ts'
import { socketOf } from '../support/doctor.ts'
import { exchange, handshake, type HandshakeParts } from '../support/http-peer.ts'

const service = await startService(t, { LOG_LEVEL: 'trace', WS_HANDSHAKE_RATE: '0', WS_INVALID_JSON_BUDGET: '1000', METRICS_TOKEN: 'a-secret-of-those-who-collect-metrics' })
const good = await tokenFor({ sub: 'canary', role: 'admin' })
const expired = await tokenFor({ sub: 'canary', exp: 1 })

/** What must not be seen of a token anywhere: whoever has the signature can do without the rest. */
function signatureOf (token: string): string {
  return token.slice(token.lastIndexOf('.') + 1)
}

/** Everything that a client is answered: status, headers and body. */
async function answerTo (parts: HandshakeParts): Promise<string> {
  const { status, headers, body } = await exchange(t, service.address, handshake(parts))
  return JSON.stringify({ status, headers, body })
}

t.test('b22: no answer over HTTP holds a token, wherever it stood, good or not', async (t) => {
  for (const token of [good, expired]) {
    const places: HandshakeParts[] = [
      { path: `/ws?token=${token}` }, { headers: { authorization: `Bearer ${token}` } }, { headers: { cookie: `token=${token}` } },
      { headers: { 'sec-websocket-protocol': `bearer, ${token}` } }, { headers: { 'sec-websocket-protocol': token } },
      { headers: { 'sec-websocket-protocol': `${token}, ${token}` } }, { path: `/ws?token=${token}&dialect=${token}` }, { path: `/ws?ticket=${token}` },
      { path: `/${token}` }, { path: `/ws/users/${token}` }, { path: `/ws/rooms/${token}/history` }, { path: `/ws?%zz=${token}` },
      { headers: { origin: `https://${token}` } }, { headers: { host: token } }, { headers: { [token.replaceAll('.', '-')]: token } },
      { method: 'POST', path: '/ws/broadcast', headers: { authorization: `Bearer ${token}`, 'content-type': token } }
    ]
    for (const parts of places) t.notMatch(await answerTo(parts), signatureOf(token), JSON.stringify(parts).replaceAll(token, '<token>'))
  }
})

t.test('b22: no body of a refused request holds a token of that request', async (t) => {
  const headers = { authorization: `Bearer ${good}`, 'content-type': 'application/json' }
  const bodies = [`{"token":"${good}`, `"${good}"`, `{"${good}":1}`, `{"message":"x","priority":"${good}"}`, `{"message":"x","target":{"rooms":["${good}*"]}}`, `{"messages":[{"${good}":1}]}`]
  for (const path of ['/ws/broadcast', '/ws/publish', `/ws/users/${good}/disconnect`]) {
    for (const body of bodies) {
      const response = await fetch(`${service.address}${path}?token=${good}`, { method: 'POST', headers, body })
      t.notMatch(await response.text() + JSON.stringify([...response.headers]), signatureOf(good), `${path} ${body.replaceAll(good, '<token>')}`)
    }
  }
})

t.test('b22: no error and no close reason holds a token, and nobody else is sent one', async (t) => {
  const bystander = await memberOf(t, service, 'bystander', 'hall')
  const client = connect(t, service.address, { token: good })
  await client.next('connected')
  const frames = [
    { type: 'refresh_token', payload: { token: expired } }, { type: expired }, { type: 'join_room', room: `${expired}*` }, { type: 'refresh_token', payload: expired },
    { type: 'join_room', room: 'hall', token: expired }, { type: 'send_message', room: 'hall', payload: { content: 'hello' }, token: expired }
  ]
  for (const frame of frames) client.send(frame)
  for (const text of [expired, `{"token":"${expired}"`, `["${expired}"]`]) client.send(text)
  const told = JSON.stringify(await client.drain())
  t.match(told, /"error"/)
  t.notMatch(told, signatureOf(expired))
  const heard = await bystander.drain()
  t.ok(heard.some(({ type }) => type === 'new_message'))
  for (const token of [good, expired]) t.notMatch(JSON.stringify(heard), signatureOf(token))
  const refused = await connect(t, service.address, { path: `/ws?token=${expired}&refusal=close` }).closed
  t.strictSame(refused, { code: 4001, reason: 'Authentication failed' })
})

t.test('b22: metrics, statistics and health show no token and no secret', async (t) => {
  const headers = { authorization: `Bearer ${good}` }
  await connect(t, service.address, { token: good }).next('connected')
  for (const path of ['/metrics', '/ws/stats', '/ws/users', '/ws/users/canary', '/health', '/health/ready', '/docs/json', '/docs/asyncapi.json', '/console/settings.json']) {
    const text = await (await fetch(`${service.address}${path}`, { headers })).text()
    t.notMatch(text, new RegExp(`${signatureOf(good)}|a.secret.of`), path)
  }
})

t.test('b22: commands that are given a token do not show it, and their errors do not either', async (t) => {
  const url = socketOf(service)
  const runs = [
    await cli(['doctor', '--url', url], { WSHUB_TOKEN: good }), await cli(['doctor', '--url', url, '--json'], { WSHUB_TOKEN: expired }),
    await cli(['client', '--url', url], { WSHUB_TOKEN: expired }), await cli(['client', '--url', url], { WSHUB_TOKEN: good }, '/quit\n'),
    await cli(['doctor', '--url', `${url}?token=${good}`]), await cli(['client', '--url', `http://127.0.0.1:1/?token=${good}`]),
    await cli(['check-config'], { JWT_SECRET: good, METRICS_TOKEN: good, REDIS_URL: `nonsense://${good}@host`, PORT: good })
  ]
  for (const [index, { stdout, stderr }] of runs.entries()) {
    for (const token of [good, expired]) t.notMatch(stdout + stderr, signatureOf(token), `run ${index}`)
  }
})

t.test('b22: of all this no line of the log holds a token', async (t) => {
  t.ok(service.logs.length > 100)
  const lines = service.logs.map((line) => JSON.stringify(line))
  t.strictSame(lines.filter((line) => [good, expired].some((token) => line.includes(signatureOf(token)))), [])
})
