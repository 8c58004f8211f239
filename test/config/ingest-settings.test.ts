import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

const MAP = 'match.proposal -> users from driver_id, passenger_id'

t.test('without NATS_URL there are no events; the names have defaults', async (t) => {
  t.match(loadConfig({}).config, { natsUrl: undefined, natsSubjects: undefined, natsStream: 'EVENTS', natsConsumer: 'wshub' })
})

t.test('one server or several, with a login or a token: the setting is kept as it is written', async (t) => {
  for (const url of ['nats://127.0.0.1:4222', 'nats://a', 'tls://user:p%40ss@a:4222', 'nats://token@a,nats://token@b:1', 'nats://[::1]:4222', 'nats://a/']) {
    t.equal(loadConfig({ NATS_URL: url, NATS_SUBJECTS: MAP }).config.natsUrl, url)
  }
})

t.test('a malformed NATS_URL refuses the start, and the message does not repeat the password', async (t) => {
  const refused = [
    'localhost', 'http://:canary@localhost', 'nats://:canary@a', 'nats://', 'nats://u:canary@a:99999', 'nats://u:canary@a:0', 'nats://u:canary@a/x', 'nats://u:canary%zz@a',
    'nats://u:canary@a?x=1', 'nats://u:canary@a,nats://b', 'nats://u:canary@a,tls://u:canary@b', 'nats://u:canary@a,'
  ]
  for (const url of refused) {
    const problems = problemsOf({ NATS_URL: url, NATS_SUBJECTS: MAP })
    t.equal(problems.length, 1, url)
    t.match(problems[0], /^NATS_URL: expected nats:\/\/\S+ or token@\]host\[:port\], tls:\/\/ for TLS, several with commas, all with the same login$/, url)
    t.notOk(problems.join().includes('canary'), url)
  }
})

t.test('a malformed map of subjects refuses the start and names the rule (S1-56)', async (t) => {
  t.same(problemsOf({ NATS_URL: 'nats://a', NATS_SUBJECTS: `${MAP}; ride.pickup -> users driver_id` }),
    ['NATS_SUBJECTS: expected users from FIELD: single users are named by the event, got rule 2: ride.pickup -> users driver_id'])
  t.match(problemsOf({ NATS_URL: 'nats://a', NATS_SUBJECTS: 'message -> all' }), [/^NATS_SUBJECTS: expected a type that the protocol does not use itself .*, got rule 1: message -> all$/])
})

t.test('from a settings file, with a rule on each line', async (t) => {
  const file = `nats_url: nats://a\nnats_subjects: |\n  ${MAP}\n  ride.> -> all as ride\n`
  t.same(problemsOf({}, file), [])
})

t.test('neither means anything without the other', async (t) => {
  t.same(problemsOf({ NATS_URL: 'nats://a' }), ['NATS_SUBJECTS: expected a map of subjects where NATS_URL is set, got none'])
  t.same(problemsOf({ NATS_SUBJECTS: MAP }), ['NATS_URL: expected a server where NATS_SUBJECTS is set, got none'])
  t.equal(problemsOf({ NATS_URL: 'nats://a', NATS_SUBJECTS: 'x' }).length, 1, 'a wrong one is told of once')
})

t.test('names of stream and consumer can be part of a subject', async (t) => {
  for (const name of ['EVENTS', 'hub-2', 'a_b']) t.match(loadConfig({ NATS_STREAM: name, NATS_CONSUMER: name }).config, { natsStream: name, natsConsumer: name })
  for (const name of ['a.b', 'a b', 'a*', '>', 'a/b', 'a\\b', 'a\nb']) {
    t.match(problemsOf({ NATS_STREAM: name }), [/^NATS_STREAM: expected a name without white space, dots/], JSON.stringify(name))
    t.match(problemsOf({ NATS_CONSUMER: name }), [/^NATS_CONSUMER: expected a name/], JSON.stringify(name))
  }
})

t.test('events may come from a stream of Redis instead', async (t) => {
  t.match(loadConfig({}).config, { ingestRedisUrl: undefined, ingestRedisSubjects: undefined, ingestRedisStream: 'events', ingestRedisGroup: 'wshub' })
  t.match(loadConfig({ INGEST_REDIS_URL: 'redis://a', INGEST_REDIS_SUBJECTS: MAP }).config, { ingestRedisUrl: 'redis://a', ingestRedisSubjects: MAP })
  t.same(problemsOf({ INGEST_REDIS_URL: 'redis://a' }), ['INGEST_REDIS_SUBJECTS: expected a map of subjects where INGEST_REDIS_URL is set, got none'])
  t.same(problemsOf({ INGEST_REDIS_SUBJECTS: MAP }), ['INGEST_REDIS_URL: expected a server where INGEST_REDIS_SUBJECTS is set, got none'])
  t.match(problemsOf({ INGEST_REDIS_URL: 'redis://a', INGEST_REDIS_SUBJECTS: 'a -> b' }), [/^INGEST_REDIS_SUBJECTS: expected an audience.*got rule 1: a -> b$/])
  const problems = problemsOf({ INGEST_REDIS_URL: 'http://:canary@a', INGEST_REDIS_SUBJECTS: MAP })
  t.match(problems, [/^INGEST_REDIS_URL: expected redis:/])
  t.notMatch(problems.join(), 'canary')
})

t.test('there is one source of events', async (t) => {
  const both = { NATS_URL: 'nats://a', NATS_SUBJECTS: MAP, INGEST_REDIS_URL: 'redis://a', INGEST_REDIS_SUBJECTS: MAP }
  t.same(problemsOf(both), ['INGEST_REDIS_URL: expected one source of events, got NATS_URL as well'])
})
