import { request as httpRequest } from 'node:http'
import { decodeJwt } from 'jose'
import t from 'tap'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { loadConfig } from '../../config/load-config.ts'
import { readAssets } from '../../routes/console/assets.ts'
import { connect } from '../client.ts'
import { getJson, SECRET, startService, type TestService } from '../helper.ts'
import { modulesIn } from '../support/modules.ts'

const service = await startService(t)
const local = await startService(t, { HOST: '127.0.0.1', JWT_ISSUER: 'login', JWT_AUDIENCE: 'hub' })
const wish = { sub: 'ada', name: 'Ada', role: 'admin' }

/** Asks for a token with headers that `fetch` would not let through. */
async function askToken ({ address }: TestService, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number, body: Record<string, unknown> }> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest(`${address}/console/token`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      let text = ''
      response.on('data', (chunk) => { text += chunk })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
    })
    request.on('error', reject)
    request.end(JSON.stringify(body))
  })
}

t.test('the console is a page of its own files, with a strict policy and for no frame', async (t) => {
  const page = await fetch(`${service.address}/console`)
  t.equal(page.status, 200)
  t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(page.headers.get('content-security-policy'), "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
  t.match(Object.fromEntries(page.headers), { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  const text = await page.text()
  t.notMatch(text, /<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|<style|https?:/, 'nothing inline, nothing from elsewhere')
  for (const [, path = ''] of text.matchAll(/(?:href|src)="(console\/[^"]+)"/g)) t.equal((await fetch(`${service.address}/${path}`)).status, 200, path)
})

t.test('every file has its type and the same headers, and nothing else is given out', async (t) => {
  const types = { 'app.js': 'text/javascript; charset=utf-8', 'wshub.js': 'text/javascript; charset=utf-8', 'console.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' }
  for (const [name, type] of Object.entries(types)) {
    const { status, headers } = await fetch(`${service.address}/console/${name}`)
    t.match({ status, type: headers.get('content-type') }, { status: 200, type }, name)
    t.match(Object.fromEntries(headers), { 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/ })
  }
  for (const name of ['app.d.ts', 'app.js.map', 'app.ts', 'index.ts', '../index.js', '%2e%2e/index.js', '']) {
    const { status } = await fetch(`${service.address}/console/${name}`, { redirect: 'manual' })
    t.equal(status, name === '' ? 308 : 404, name)
  }
})

t.test('all modules that the page imports are there, the client library as one file without imports', async (t) => {
  const seen = new Set(['app.js'])
  for (const name of seen) {
    const response = await fetch(`${service.address}/console/${name}`)
    t.equal(response.status, 200, name)
    for (const [, next = ''] of (await response.text()).matchAll(/from ?['"]\.\/([\w-]+\.js)['"]/g)) seen.add(next)
  }
  t.ok(seen.has('wshub.js') && seen.size > 10)
  const library = await (await fetch(`${service.address}/console/wshub.js`)).text()
  t.notMatch(library, /\bimport\b|sourceMappingURL/)
})

t.test('a file is kept by caches and asked after: the same one is not sent again', async (t) => {
  const first = await fetch(`${service.address}/console/app.js`)
  const etag = first.headers.get('etag') ?? ''
  t.match(etag, /^"[\w-]{43}"$/)
  t.equal(first.headers.get('cache-control'), 'no-cache')
  for (const known of [etag, `"other", W/${etag}`, '*']) {
    const again = await fetch(`${service.address}/console/app.js`, { headers: { 'if-none-match': known } })
    t.match({ status: again.status, etag: again.headers.get('etag'), text: await again.text() }, { status: 304, etag, text: '' })
  }
  t.equal((await fetch(`${service.address}/console/app.js`, { headers: { 'if-none-match': '"other"' } })).status, 200)
  t.equal((await fetch(`${service.address}/console`, { method: 'HEAD' })).headers.get('etag'), (await fetch(`${service.address}/console`)).headers.get('etag'))
})

t.test('the page is told where to connect and what there is', async (t) => {
  const other = await startService(t, { WS_PATHS: '/live,/ws', WS_ADMIN_ROLES: 'chief' })
  const { headers, body } = await getJson(other, '/console/settings.json')
  t.strictSame(body, { paths: ['/live', '/ws'], dialects: [...dialects.keys()], admin_roles: ['chief'], tokens: true })
  t.equal(headers.get('cache-control'), 'no-store')
})

t.test('in production there is no console, unless it is switched on, and never a token', async (t) => {
  const off = await startService(t, { NODE_ENV: 'production' })
  for (const path of ['/console', '/console/app.js', '/console/settings.json']) {
    t.match(await getJson(off, path), { status: 404, body: { code: 'NOT_FOUND' } }, path)
  }
  t.equal((await askToken(off, wish)).status, 404)
  const on = await startService(t, { NODE_ENV: 'production', WS_CONSOLE: 'on' })
  t.equal((await fetch(`${on.address}/console`)).status, 200)
  t.match(await getJson(on, '/console/settings.json'), { body: { tokens: false } })
  t.equal((await askToken(on, wish)).status, 404)
})

t.test('in development it can be switched off', async (t) => {
  const off = await startService(t, { WS_CONSOLE: 'off' })
  t.equal((await fetch(`${off.address}/console`)).status, 404)
  t.equal((await askToken(off, wish)).status, 404)
})

t.test('unset it is on in development and off in production', async (t) => {
  t.equal(loadConfig({}).config.consolePage, 'on')
  t.equal(loadConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET }).config.consolePage, 'off')
  t.equal(loadConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET, WS_CONSOLE: 'ON' }).config.consolePage, 'on')
  t.throws(() => loadConfig({ WS_CONSOLE: 'maybe' }), /WS_CONSOLE/)
})

t.test('in development a token is made for this machine, and the service takes it', async (t) => {
  const { status, body } = await askToken(local, wish)
  t.equal(status, 200)
  t.match(decodeJwt(String(body['token'])), { sub: 'ada', name: 'Ada', role: 'admin', iss: 'login', aud: 'hub' })
  const client = connect(t, local.address, { token: String(body['token']) })
  t.match(await client.next('connected'), { payload: { user_id: 'ada', role: 'admin' } })
})

t.test('no token is made where the service has no key to sign with', async (t) => {
  const foreign = await startService(t, { JWT_SECRET: '', JWT_JWKS_URL: 'https://login.example/keys' })
  t.match(await getJson(foreign, '/console/settings.json'), { body: { tokens: false } })
  t.equal((await askToken(foreign, wish)).status, 404)
})

t.test('a wish for a token is checked', async (t) => {
  for (const body of [{}, { sub: '' }, { sub: 1 }, { sub: 'x'.repeat(257) }, { sub: 'ada', exp: 1 }]) {
    t.match(await askToken(local, body), { status: 400, body: { code: 'INVALID_PAYLOAD' } }, JSON.stringify(body))
  }
})

t.test('no token for what a proxy passes on, another name of this machine, or a page of another site', async (t) => {
  const { host } = new URL(local.address)
  const strangers = {
    'a proxy': { 'x-forwarded-for': '203.0.113.7' },
    'another proxy': { forwarded: 'for=203.0.113.7' },
    'a name that leads here': { host: 'evil.example' },
    'a name that looks like one from here': { host: 'localhost.evil.example' },
    'another site': { origin: 'https://evil.example' },
    'another port of this machine': { origin: 'http://127.0.0.1:1' },
    'what the browser says': { 'sec-fetch-site': 'cross-site' },
    'the site next door': { 'sec-fetch-site': 'same-site' }
  }
  for (const [who, headers] of Object.entries(strangers)) t.match(await askToken(local, wish, headers), { status: 403 }, who)
  const here = [{ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, { host: 'localhost:8080' }, { host: '[::1]:8080' }]
  for (const headers of here) t.equal((await askToken(local, wish, headers)).status, 200, JSON.stringify(headers))
})

t.test('who asks for tokens too often is refused', async (t) => {
  const slow = await startService(t, { WS_REST_RATE: '1' })
  t.equal((await askToken(slow, wish)).status, 200)
  t.equal((await askToken(slow, wish)).status, 429)
})

t.test('the page knows of the service only its client library, and the service nothing of the page', async (t) => {
  const inPage = (path: string) => path.startsWith('routes/console/page/')
  const crossings = modulesIn('routes', 'src', 'plugins').flatMap(({ path, imports }) => (
    imports.filter(({ target }) => inPage(path) !== inPage(target) && (inPage(path) || inPage(target))).map(({ target }) => `${path} -> ${target}`)
  ))
  t.strictSame([...new Set(crossings)], ['routes/console/page/wshub.ts -> client/index.ts'])
})

t.test('where nothing has been built there is no console', async (t) => {
  t.equal(readAssets(t.testdir({})), undefined)
})
