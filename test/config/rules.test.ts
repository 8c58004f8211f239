import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { readHistoryRules } from '../../config/rules.ts'
import { problemsOf } from './problems-of.ts'

t.test('a host is a name or an address (S2-13)', async (t) => {
  for (const host of ['0.0.0.0', '127.0.0.1', '::', '::1', 'localhost', 'hub-1.example.com']) {
    t.equal(loadConfig({ HOST: host }).config.host, host)
  }
})

t.test('a host with a scheme, a port or brackets is refused', async (t) => {
  for (const host of ['http://localhost', 'localhost:8080', '[::1]', 'a b', '-x']) {
    t.same(problemsOf({ HOST: host }), [`HOST: expected a host name or an IP address, got ${host}`])
  }
})

t.test('trusted proxies are addresses and ranges', async (t) => {
  const { config } = loadConfig({ TRUST_PROXY: '10.0.0.0/8,192.168.1.1,fd00::/8,::1' })
  t.same(config.trustProxy, ['10.0.0.0/8', '192.168.1.1', 'fd00::/8', '::1'])
})

t.test('M12: trust in everybody, in a number of hops or in a name is refused', async (t) => {
  const refused = ['true', '1', 'false', 'loopback', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0', 'fe80::1%eth0']
  for (const entry of refused) {
    t.same(problemsOf({ TRUST_PROXY: entry }),
      [`TRUST_PROXY: expected a list of IP addresses and CIDR ranges narrower than /0, got ${entry}`])
  }
})

t.test('the allowed origins are exactly those that were written (S1-81)', async (t) => {
  t.same(loadConfig({ WS_ALLOWED_ORIGINS: 'https://app.example.com' }).config.allowedOrigins, ['https://app.example.com'])
  t.same(loadConfig({}).config.allowedOrigins, [])
  t.same(loadConfig({ WS_ALLOWED_ORIGINS: '*' }).config.allowedOrigins, ['*'])
})

t.test('an origin is put into the form that browsers send', async (t) => {
  const { config } = loadConfig({ WS_ALLOWED_ORIGINS: 'HTTPS://App.Example.com:443,http://[::1]:3000,https://münchen.de,Capacitor://localhost' })
  t.same(config.allowedOrigins, ['https://app.example.com', 'http://[::1]:3000', 'https://xn--mnchen-3ya.de', 'capacitor://localhost'])
})

t.test('an origin with more or less than scheme, host and port is refused', async (t) => {
  const refused = ['app.example.com', 'https://app.example.com/', 'https://a.de/path', 'https://*.example.com', 'null', 'https://',
    'https://a.de?x', 'https://a.de#x', 'https://a.de:99999', '//a.de']
  for (const origin of refused) {
    t.same(problemsOf({ WS_ALLOWED_ORIGINS: origin }),
      [`WS_ALLOWED_ORIGINS: expected a list of origins (scheme://host or scheme://host:port) or *, got ${origin}`])
  }
})

t.test('credentials in an origin are refused and not shown', async (t) => {
  const [problem = ''] = problemsOf({ WS_ALLOWED_ORIGINS: 'https://ada:canary@a.de' })
  t.match(problem, /got https:\/\/\*\*\*@a\.de$/)
})

t.test('a socket path is plain and begins with a slash', async (t) => {
  t.same(loadConfig({ WS_PATHS: '/,/socket,/a-b/c_d.e~f/' }).config.paths, ['/', '/socket', '/a-b/c_d.e~f/'])
  for (const path of ['ws', '/a b', '/a?b', '/a#b', '/:id', '/*', '//ws', '/a/../b', '/./a', '/a%20b', 'ws://h/ws']) {
    t.same(problemsOf({ WS_PATHS: path }), [`WS_PATHS: expected a list of plain paths that begin with /, got ${path}`])
  }
})

t.test('a socket path may not take the place of another route', async (t) => {
  const taken = ['/health', '/health/ready', '/ws/stats', '/ws/online', '/ws/broadcast', '/ws/rooms/x', '/docs', '/docs/json', '/metrics', '/Health/']
  for (const path of taken) {
    t.same(problemsOf({ WS_PATHS: `/ws,${path}` }), [`WS_PATHS: expected paths that are no other route of the service, got ${path}`])
  }
})

t.test('a socket path may not be named twice', async (t) => {
  t.same(problemsOf({ WS_PATHS: '/ws,/ws' }), ['WS_PATHS: expected no entry twice, got /ws'])
})

t.test('a claim may be named by a URL but not with white space', async (t) => {
  t.equal(loadConfig({ JWT_ROLE_CLAIM: 'https://example.com/role' }).config.jwtRoleClaim, 'https://example.com/role')
  t.same(problemsOf({ JWT_USER_CLAIM: 'sub,user id' }), ['JWT_USER_CLAIM: expected names without white space, got user id'])
})

t.test('rules for histories are kept as they are written', async (t) => {
  const text = 'all=50/60s,room:chat:*=1000/24h,room:live:*=0'
  t.equal(loadConfig({ WS_HISTORY_RULES: text }).config.historyRules, text)
  t.match(loadConfig({}).config, { historySize: 100, historyTtlMs: 300_000, historyRules: undefined, positionTtlMs: 86_400_000 })
})

t.test('a malformed rule for a history refuses the start, and is named', async (t) => {
  const expected = 'WS_HISTORY_RULES: expected rules such as all=50/60s, room:chat:*=1000/24h or room:live:*=0'
  t.same(problemsOf({ WS_HISTORY_RULES: 'all=50/60s,lobby=5/1m' }),
    [`${expected}, each for all, user:…, role:… or room:…, with * at the end alone, got lobby=5/1m`])
  t.same(problemsOf({ WS_HISTORY_RULES: 'all=many/60s,room:*=0' }), [`${expected}, each with a size from 0 to 100000, got all=many/60s`])
  t.same(problemsOf({ WS_HISTORY_RULES: 'all=50' }), [`${expected}, each with a time above 0 after the size, unless that is 0, got all=50`])
  t.same(problemsOf({ WS_HISTORY_RULES: 'all' }), [`${expected}, got all`])
  t.same(problemsOf({ WS_HISTORY_RULES: 'all=0,all=5/1m' }), ['WS_HISTORY_RULES: expected no pattern twice, got all=5/1m'])
})

t.test('the rules for histories that were checked can be read', async (t) => {
  t.same(readHistoryRules(' all=50/60s, room:live:*=0 '), [{ pattern: 'all', size: 50, ttlMs: 60_000 }, { pattern: 'room:live:*', size: 0, ttlMs: 0 }])
  t.same(readHistoryRules(undefined), [])
})

t.test('the size of a history has bounds', async (t) => {
  t.equal(loadConfig({ WS_HISTORY_SIZE: '100000' }).config.historySize, 100_000)
  t.same(problemsOf({ WS_HISTORY_SIZE: '100001' }), ['WS_HISTORY_SIZE: expected a whole number from 0 to 100000, got 100001'])
})
