import t from 'tap'
import { SECRET, startService, tokenFor, type Teardown } from '../helper.ts'
import { exchange, handshake } from '../support/http-peer.ts'

const production = { NODE_ENV: 'production', JWT_SECRET: SECRET, WS_HANDSHAKE_RATE: '0' }
const token = await tokenFor({ sub: 'ada' })

/** Status of a handshake with these headers and a good token. */
async function statusOf (t: Teardown, { address }: { address: string }, headers: Record<string, string>, lines: string[] = []): Promise<number> {
  return (await exchange(t, address, handshake({ path: `/ws?token=${token}`, headers, lines }))).status
}

t.test('Development lets every origin in while the list is empty (S0-86)', async (t) => {
  const service = await startService(t)
  t.equal(await statusOf(t, service, { origin: 'https://anywhere.example' }), 101)
  t.equal(await statusOf(t, service, { origin: 'null' }), 101)
  t.equal(await statusOf(t, service, {}), 101)
})

t.test('Production with an empty list lets in its own host and port, and programs without an origin', async (t) => {
  const service = await startService(t, production)
  t.equal(await statusOf(t, service, { host: 'app.example' }), 101)
  t.equal(await statusOf(t, service, { host: 'app.example', origin: 'https://app.example' }), 101)
  t.equal(await statusOf(t, service, { host: 'app.example:443', origin: 'https://app.example' }), 101)
  t.equal(await statusOf(t, service, { host: 'app.example:8080', origin: 'http://app.example:8080' }), 101)
})

t.test('b15: production with an empty list refuses every other origin', async (t) => {
  const service = await startService(t, production)
  for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example', 'https://app.example:8443', 'https://sub.app.example', 'file://']) {
    t.equal(await statusOf(t, service, { host: 'app.example', origin }), 403, origin)
  }
})

t.test('b15: a list lets in what it names, to the letter, before the upgrade: no other case, port, scheme or host that begins alike (S0-86)', async (t) => {
  const service = await startService(t, { ...production, WS_ALLOWED_ORIGINS: 'https://good.com,http://localhost:3000,capacitor://localhost' })
  for (const origin of ['https://good.com', 'http://localhost:3000', 'capacitor://localhost']) t.equal(await statusOf(t, service, { origin }), 101, origin)
  const others = ['null', 'http://good.com', 'https://good.com.evil.com', 'https://GOOD.com', 'https://good.com:8443', 'http://localhost:3001', 'capacitor://evil',
    'https://good.com, https://good.com', 'localhost']
  for (const origin of others) t.equal(await statusOf(t, service, { origin }), 403, origin)
  t.equal(await statusOf(t, service, { host: 'app.example', origin: 'https://app.example' }), 403, 'the own host is not in the list')
})

t.test('b15: two origins are refused, whatever they are and wherever they stand, also where everybody may come', async (t) => {
  const service = await startService(t, { ...production, WS_ALLOWED_ORIGINS: 'https://good.com' })
  const open = await startService(t, { ...production, WS_ALLOWED_ORIGINS: '*' })
  for (const origins of [['https://good.com', 'https://evil.com'], ['https://evil.com', 'https://good.com'], ['https://good.com', 'https://good.com']]) {
    for (const { address } of [service, open]) t.equal(await statusOf(t, { address }, {}, origins.map((origin) => `ORIGIN: ${origin}`)), 403, origins.join())
  }
})

t.test('A star lets everybody in, in production too', async (t) => {
  const service = await startService(t, { ...production, WS_ALLOWED_ORIGINS: '*' })
  t.equal(await statusOf(t, service, { origin: 'https://anywhere.example' }), 101)
  t.equal(await statusOf(t, service, { origin: 'null' }), 101)
})
