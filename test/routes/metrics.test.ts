import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startService, tokenFor, type Claims } from '../helper.ts'
import { typesIn } from '../metrics/parse-metrics.ts'
import { projectRoot } from '../support/project-root.ts'

const TOKEN = 'a-token-of-prometheus'
const production = { NODE_ENV: 'production' }

async function metricsAt (address: string, token?: string): Promise<{ status: number, headers: Headers, text: string }> {
  const response = await fetch(`${address}/metrics`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function statusFor (address: string, claims: Claims): Promise<number> {
  return (await metricsAt(address, await tokenFor(claims))).status
}

t.test('In development everybody reads the metrics, in the format of Prometheus', async (t) => {
  const { address } = await startService(t)
  const { status, headers, text } = await metricsAt(address)
  t.equal(status, 200)
  t.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  t.equal(headers.get('cache-control'), 'no-store')
  t.match(text, /^# HELP websocket_clients_total .+\n# TYPE websocket_clients_total gauge\nwebsocket_clients_total 0\n/)
  t.ok(text.endsWith('\n'))
})

t.test('In production they are for administrators and whoever has the token of the metrics', async (t) => {
  const { address } = await startService(t, { ...production, METRICS_TOKEN: TOKEN })
  t.match(await metricsAt(address), { status: 401, text: '{"error":"authentication required","code":"UNAUTHORIZED"}' })
  for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase(), 'x']) t.equal((await metricsAt(address, wrong)).status, 401, wrong)
  t.equal((await metricsAt(address, TOKEN)).status, 200)
  t.equal(await statusFor(address, { sub: 'root', role: 'admin' }), 200)
  t.equal(await statusFor(address, { sub: 'ada', role: 'user' }), 403)
})

t.test('Without a token of their own they are for administrators alone in production', async (t) => {
  const { address } = await startService(t, production)
  t.equal((await metricsAt(address)).status, 401)
  t.equal((await metricsAt(address, 'undefined')).status, 401)
  t.equal(await statusFor(address, { sub: 'root', role: 'superadmin' }), 200)
})

t.test('A token that is set counts in development, too', async (t) => {
  const { address } = await startService(t, { METRICS_TOKEN: TOKEN })
  t.equal((await metricsAt(address)).status, 401)
  t.equal((await metricsAt(address, TOKEN)).status, 200)
})

t.test('Guessing the token has the limit of all REST routes', async (t) => {
  const { address } = await startService(t, { METRICS_TOKEN: TOKEN, WS_REST_RATE: '2' })
  const statuses = []
  for (const guess of ['a', 'b', 'c']) statuses.push((await metricsAt(address, guess)).status)
  t.same(statuses, [401, 401, 429])
})

t.test('The token is in no line of the log', async (t) => {
  const { address, logs } = await startService(t, { ...production, METRICS_TOKEN: TOKEN, LOG_LEVEL: 'trace' })
  await metricsAt(address, TOKEN)
  await metricsAt(address, `${TOKEN}x`)
  t.notMatch(JSON.stringify(logs), TOKEN)
})

t.test('The table of the README names the metrics that every node has, with their types', async (t) => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
  const table = [...readme.matchAll(/^\| `((?:websocket|wshub)_\w+)` \| (\w+) \|/gm)].map(([, name = '', type = '']): [string, string] => [name, type])
  const { text } = await metricsAt((await startService(t)).address)
  t.same(table.filter(([name]) => name.startsWith('websocket_')), typesIn(text).filter(([name]) => name.startsWith('websocket_')))
})
