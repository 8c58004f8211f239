import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

const EXPECTED = /^REDIS_URL: expected redis:\/\/\S+ rediss:\/\/ for TLS, several of them for a cluster, or redis\+sentinel:\/\/\S+$/

t.test('without REDIS_URL a node is alone; the prefix has a default', async (t) => {
  t.match(loadConfig({}).config, { redisUrl: undefined, redisPrefix: 'hub' })
  t.match(loadConfig({ REDIS_URL: '' }).config, { redisUrl: undefined })
})

t.test('one server, a cluster or Sentinels: the setting is kept as it is written', async (t) => {
  const urls = [
    'redis://127.0.0.1:6379', 'rediss://hub:pw@redis.example.com/1', 'redis://a:7000,redis://b:7001,redis://c:7002', 'redis+sentinel://:pw@a:26379,b,c/main/2'
  ]
  for (const url of urls) t.equal(loadConfig({ REDIS_URL: url }).config.redisUrl, url)
})

t.test('a malformed REDIS_URL refuses the start, and the message does not repeat the password', async (t) => {
  const refused = [
    'localhost', 'http://:canary@localhost', 'redis://:canary@', 'redis://:canary@host:99999', 'redis://:canary@host/x', 'redis://:canary%zz@host',
    'redis://:canary@a,redis://b', 'redis://:canary@a/1,redis://:canary@b/1', 'redis+sentinel://:canary@a', 'redis://:canary@host?canary=1'
  ]
  for (const url of refused) {
    const problems = problemsOf({ REDIS_URL: url })
    t.equal(problems.length, 1)
    t.match(problems[0], EXPECTED, url)
    t.notOk(problems.join().includes('canary'), url)
  }
})

t.test('from a settings file as well', async (t) => {
  const [problem = ''] = problemsOf({}, 'redis_url: "redis://:canary@host/x"')
  t.match(problem, /REDIS_URL.*expected redis:/i)
  t.notOk(problem.includes('canary'))
})

t.test('a prefix is a name without what Redis reads in names: no braces, no patterns, no white space', async (t) => {
  for (const prefix of ['hub', 'app:hub', 'hub-2', 'жуб', 'a.b_c/d']) t.equal(loadConfig({ REDIS_PREFIX: prefix }).config.redisPrefix, prefix)
  for (const prefix of ['{hub}', 'a{b', 'a}b', 'a b', 'a*', 'a?', '[a]', 'a\u0000b', 'a\nb']) {
    t.match(problemsOf({ REDIS_PREFIX: prefix }), [/^REDIS_PREFIX: expected a name without white space and braces/], JSON.stringify(prefix))
  }
})
