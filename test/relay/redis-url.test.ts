import t from 'tap'
import { parseRedisUrl } from '../../src/relay/redis/redis-url.ts'

const plain = { tls: false, username: '', password: '', db: 0 }

/** What a text that can be read names. */
function targetOf (text: string): unknown {
  const parsed = parseRedisUrl(text)
  return 'target' in parsed ? parsed.target : parsed
}

t.test('one server: host, port, login, number and TLS', async (t) => {
  const servers = {
    'redis://127.0.0.1': { ...plain, host: '127.0.0.1', port: 6379 },
    'redis://redis.example.com:7000/': { ...plain, host: 'redis.example.com', port: 7000 },
    'redis://localhost/15': { ...plain, host: 'localhost', port: 6379, db: 15 },
    'redis://[::1]:7000/2': { ...plain, host: '::1', port: 7000, db: 2 },
    'redis://:s3cret@localhost': { ...plain, host: 'localhost', port: 6379, password: 's3cret' },
    'rediss://hub:s3cret@localhost:6380': { tls: true, username: 'hub', password: 's3cret', db: 0, host: 'localhost', port: 6380 }
  }
  for (const [text, server] of Object.entries(servers)) t.same(targetOf(text), { kind: 'single', server }, text)
})

t.test('a login may hold any characters, those of a URL percent-encoded', async (t) => {
  const login = { username: 'a:b@c', password: 'p@ss/w:o#r,d%?ж' }
  const text = `redis://${encodeURIComponent(login.username)}:${encodeURIComponent(login.password)}@localhost`
  t.match(targetOf(text), { server: login })
  t.match(targetOf(text.replace('redis://', 'redis+sentinel://').concat('/main')), { access: login })
})

t.test('several servers are those of a cluster', async (t) => {
  t.match(targetOf('redis://a:7000, redis://b:7001,redis://[::1]'), {
    kind: 'cluster', servers: [{ host: 'a', port: 7000 }, { host: 'b', port: 7001 }, { host: '::1', port: 6379 }]
  })
  t.match(targetOf('rediss://hub:pw@a,rediss://hub:pw@b'), { kind: 'cluster', servers: [{ tls: true, password: 'pw' }, { tls: true, password: 'pw' }] })
})

t.test('Sentinels, and the master they are asked for', async (t) => {
  t.same(targetOf('redis+sentinel://a,b:7001,[::1]:7002/main-1.x'), {
    kind: 'sentinel',
    sentinels: [{ host: 'a', port: 26379 }, { host: 'b', port: 7001 }, { host: '::1', port: 7002 }],
    name: 'main-1.x',
    access: plain
  })
  t.match(targetOf('rediss+sentinel://hub:pw@a/main/3'), { name: 'main', access: { tls: true, username: 'hub', password: 'pw', db: 3 } })
})

t.test('what cannot be read is refused with what was expected, and never repeated', async (t) => {
  const refused = [
    '', 'localhost:6379', 'http://:canary@localhost', 'redis:', 'redis://', 'redis:///1', 'redis://:canary@', 'redis://:canary@localhost:99999',
    'redis://:canary@localhost/one', 'redis://:canary@localhost/1/2', 'redis://:canary@localhost/-1', 'redis://:canary@localhost?db=1',
    'redis://:canary@localhost#1', 'redis://:canary%zz@localhost', 'redis://:canary@local host', 'redis://:can ary@[::1', ' ,redis://a', 'redis://:canary@a,',
    'redis+sentinel://:canary@a', 'redis+sentinel://:canary@a/', 'redis+sentinel://:canary@/main', 'redis+sentinel://:canary@a,/main',
    'redis+sentinel://:canary@a:99999/main', 'redis+sentinel://:canary@a/main/one', 'redis+sentinel://:canary@a/main?x', 'redis+sentinel://:canary%zz@a/main'
  ]
  for (const text of refused) {
    const parsed = parseRedisUrl(text)
    t.match(parsed, { expected: /redis:\/\/.+rediss:\/\/.+redis\+sentinel:\/\// }, text)
    t.notOk(JSON.stringify(parsed).includes('canary'), text)
  }
})

t.test('servers of a cluster agree in everything but their place, and have no numbered databases', async (t) => {
  for (const second of ['rediss://:pw@b', 'redis://:other@b', 'redis://hub:pw@b', 'redis://b', 'redis://:pw@b/1', 'redis+sentinel://:pw@b/main', 'http://:pw@b']) {
    t.ok('expected' in parseRedisUrl(`redis://:pw@a,${second}`), second)
  }
  t.ok('expected' in parseRedisUrl('redis://a/1,redis://b/1'))
})
