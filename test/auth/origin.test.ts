import t from 'tap'
import { isOriginAllowed } from '../../src/auth/origin.ts'

const listed = { allowed: ['https://good.com', 'http://localhost:3000', 'capacitor://localhost'], production: true }
const production = { allowed: [], production: true }

t.test('A program that sends no origin may go on (S0-86)', async (t) => {
  t.ok(isOriginAllowed(undefined, 'good.com', listed))
  t.ok(isOriginAllowed(undefined, undefined, production))
})

t.test('With a list only an exact entry counts (S0-86)', async (t) => {
  for (const origin of listed.allowed) t.ok(isOriginAllowed(origin, 'x', listed), origin)
})

t.test('What only resembles an entry is refused', async (t) => {
  const others = [
    'null', '', 'https://good.com.evil.com', 'https://evilgood.com', 'https://evil.com/good.com', 'http://good.com', 'https://good.com:8443',
    'HTTPS://good.com', 'https://GOOD.com', 'https://good.com/', 'https://good.com/path', 'https://user@good.com', 'https://good.com@evil.com',
    'https://good.com, https://evil.com', 'https://good.com https://evil.com', 'http://localhost', 'http://localhost:30000'
  ]
  for (const origin of others) t.notOk(isOriginAllowed(origin, 'good.com', listed), origin)
})

t.test('An app with an own scheme is told from other such apps', async (t) => {
  t.notOk(isOriginAllowed('capacitor://evil', 'x', listed))
  t.notOk(isOriginAllowed('ionic://localhost', 'x', listed))
})

t.test('An entry may be written with its default port or in capitals', async (t) => {
  const sloppy = { allowed: ['HTTPS://Good.com:443'], production: true }
  t.ok(isOriginAllowed('https://good.com', 'x', sloppy))
})

t.test('A star allows every origin, the unreadable included', async (t) => {
  for (const origin of ['null', 'https://evil.com', '%']) t.ok(isOriginAllowed(origin, 'x', { allowed: ['*'], production: true }), origin)
})

t.test('Without a list development allows every origin', async (t) => {
  t.ok(isOriginAllowed('https://anywhere.example', 'localhost:8080', { allowed: [], production: false }))
})

t.test('Without a list production allows its own host and port only, the default port written or not', async (t) => {
  const own: Array<[origin: string, host: string]> = [
    ['https://app.com', 'app.com'], ['https://app.com', 'app.com:443'], ['http://app.com', 'app.com:80'], ['http://app.com:8080', 'app.com:8080'],
    ['https://app.com', 'APP.com'], ['http://[::1]:8080', '[::1]:8080']
  ]
  for (const [origin, host] of own) t.ok(isOriginAllowed(origin, host, production), `${origin} at ${host}`)
  const foreign: Array<[origin: string, host: string | undefined]> = [
    ['https://evil.com', 'app.com'], ['https://app.com:8443', 'app.com'], ['http://app.com', 'app.com:443'], ['https://app.com.evil.com', 'app.com'],
    ['null', 'app.com'], ['https://app.com', undefined], ['https://app.com', ''], ['https://x@app.com', 'app.com'], ['https://app.com/', 'app.com']
  ]
  for (const [origin, host] of foreign) t.notOk(isOriginAllowed(origin, host, production), `${origin} at ${host}`)
})
