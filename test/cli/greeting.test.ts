import { decodeJwt } from 'jose'
import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { greeting } from '../../src/cli/greeting.ts'
import { SECRET } from '../helper.ts'

const address = 'http://127.0.0.1:4711'
const tokenAfter = (lines: string[], label: string) => lines.find((line) => line.startsWith(label))?.slice(label.length) ?? ''

t.test('without a key a greeting has a user token and an admin token for a day', async (t) => {
  const lines = await greeting({ address, developmentSecret: SECRET }, loadConfig({ WS_ADMIN_ROLES: 'chief,admin' }).config)
  const [user, admin] = ['user token: ', 'admin token: '].map((label) => decodeJwt(tokenAfter(lines, label)))
  t.match(user, { sub: 'ada', name: 'Ada', role: undefined })
  t.match(admin, { role: 'chief' })
  for (const claims of [user, admin]) t.equal((claims?.exp ?? 0) - (claims?.iat ?? 0), 86_400)
})

t.test('a greeting has the lines of a first conversation, to be copied', async (t) => {
  const lines = await greeting({ address, developmentSecret: SECRET }, loadConfig({ WS_PATHS: '/live,/ws' }).config)
  const token = tokenAfter(lines, 'user token: ')
  const first = lines.indexOf(`npx wshub client --url ws://127.0.0.1:4711/live --token ${token}`)
  t.same(lines.slice(first + 1, first + 3), ['/join general', '/say hello'])
})

t.test('a greeting has the address of the API documentation', async (t) => {
  const lines = await greeting({ address, developmentSecret: undefined }, loadConfig({}).config)
  t.ok(lines.includes(`API documentation: ${address}/docs`))
})

t.test('a greeting has the address of the console, unless that is off', async (t) => {
  const shown = async (env: Record<string, string>) => await greeting({ address, developmentSecret: undefined }, loadConfig(env).config)
  t.ok((await shown({})).includes(`Console for the browser: ${address}/console`))
  t.notMatch((await shown({ WS_CONSOLE: 'off' })).join('\n'), /console/i)
})

t.test('with a key a greeting has no token but says how to get one', async (t) => {
  const text = (await greeting({ address, developmentSecret: undefined }, loadConfig({ JWT_SECRET: SECRET }).config)).join('\n')
  t.match(text, /npx wshub token --sub ada/)
  t.notMatch(text, /eyJ/)
})

t.test('where a login service has the key a greeting says so', async (t) => {
  const text = (await greeting({ address, developmentSecret: undefined }, loadConfig({ JWT_JWKS_URL: 'https://login/keys' }).config)).join('\n')
  t.match(text, /login service/)
  t.notMatch(text, /wshub token/)
})
