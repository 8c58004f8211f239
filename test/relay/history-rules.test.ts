import t from 'tap'
import { parseDuration } from '../../config/duration.ts'
import { defaultHistory, defaultKeepOf, keepOfRules, parseHistoryRules, type HistoryRule } from '../../src/relay/history-rules.ts'

const NOTHING = { size: 0, ttlMs: 0 }

/** What a text of rules is read as; throws when it is refused. */
function rulesOf (text: string): readonly HistoryRule[] {
  const parsed = parseHistoryRules(text, parseDuration)
  if ('expected' in parsed) throw new Error(parsed.expected)
  return parsed.rules
}

/** What is kept of a topic by rules that stand beside the defaults. */
function keptBy (text: string, topic: string) {
  return keepOfRules({ ...defaultHistory, rules: rulesOf(text) })(topic)
}

t.test('rules are read as patterns with a size and a time', async (t) => {
  t.strictSame(rulesOf('all=50/60s,room:chat:*=1000/24h,room:live:*=0'), [
    { pattern: 'all', size: 50, ttlMs: 60_000 },
    { pattern: 'room:chat:*', size: 1000, ttlMs: 86_400_000 },
    { pattern: 'room:live:*', size: 0, ttlMs: 0 }
  ])
})

t.test('no text is no rule, and blanks around the parts do not count', async (t) => {
  t.strictSame(rulesOf(''), [])
  t.strictSame(rulesOf(' all = 5 / 1m , ,room:a=0,'), [{ pattern: 'all', size: 5, ttlMs: 60_000 }, { pattern: 'room:a', size: 0, ttlMs: 0 }])
})

t.test('a name may hold = and /, colons and blanks: the last = parts it from the size', async (t) => {
  for (const pattern of ['room:a=b', 'room:a=5/1m', 'room:a/b', 'role:x:y', 'user:Ada Lovelace', 'room:комната', 'room:*', 'user:*', 'role:*']) {
    t.strictSame(rulesOf(`${pattern}=5/1m`), [{ pattern, size: 5, ttlMs: 60_000 }])
  }
})

t.test('the size goes from 0 to 100000, and needs no time only when it is 0', async (t) => {
  t.strictSame(rulesOf('all=100000/1ms,room:a=0/5m,room:b=0').map(({ size }) => size), [100_000, 0, 0])
  const wrong: Array<[text: string, expected: RegExp]> = [
    ['all=100001/1m', /size from 0 to 100000$/], ['all=-1/1m', /size/], ['all=1.5/1m', /size/], ['all=/1m', /size/], ['all=', /size/], ['all=1e3/1m', /size/],
    ['all=5', /time above 0/], ['all=5/', /time/], ['all=5/0s', /time/], ['all=5/60', /time/], ['all=5/1m/1m', /time/], ['all=5/-1s', /time/], ['all=0/often', /time/]
  ]
  for (const [text, expected] of wrong) t.match(parseHistoryRules(text, parseDuration), { expected, got: text }, text)
})

t.test('a pattern is for all, users, roles or rooms, with a star at the end alone', async (t) => {
  const wrong = ['*', 'all*', 'alle', 'All', 'chat', 'room', 'room:', 'user:', 'rooms:a', 'members:a', 'connection:*', 'room:*:a', 'room:a**', '', 'room:a\u0000']
  for (const pattern of wrong) t.match(parseHistoryRules(`${pattern}=5/1m`, parseDuration), { expected: /all, user:…, role:… or room:…/ }, JSON.stringify(pattern))
})

t.test('of several rules the wrong one is named', async (t) => {
  t.match(parseHistoryRules('all=50/60s, room:chat:*=ten/24h ,room:live:*=0', parseDuration), { expected: /size/, got: 'room:chat:*=ten/24h' })
  t.match(parseHistoryRules('all=50/60s,nonsense', parseDuration), { expected: /^rules such as all=50\/60s/, got: 'nonsense' })
  t.match(parseHistoryRules('room:a,b=5/1m', parseDuration), { got: 'room:a' }, 'a comma ends a rule')
  t.strictSame(parseHistoryRules('all=50/60s,all=0', parseDuration), { expected: 'no pattern twice', got: 'all=0' })
})

t.test('without rules rooms and users are kept, and nothing else', async (t) => {
  for (const topic of ['room:general', 'user:ada']) t.strictSame(defaultKeepOf(topic), { size: 100, ttlMs: 300_000 })
  for (const topic of ['all', 'role:driver', 'members:general', 'connection:c1', 'room', 'users:ada']) t.strictSame(defaultKeepOf(topic), NOTHING, topic)
})

t.test('size and time are those of rooms and users; a size of 0 keeps nothing of them', async (t) => {
  const some = keepOfRules({ size: 7, ttlMs: 1000, rules: [] })
  t.strictSame(['room:a', 'user:a', 'all'].map(some), [{ size: 7, ttlMs: 1000 }, { size: 7, ttlMs: 1000 }, NOTHING])
  const none = keepOfRules({ size: 0, ttlMs: 1000, rules: rulesOf('room:a=5/1m') })
  t.strictSame(['room:b', 'user:a', 'room:a'].map(none), [NOTHING, NOTHING, { size: 5, ttlMs: 60_000 }])
})

t.test('a rule is for the very name, or with a star for all that begin with it', async (t) => {
  t.strictSame(keptBy('all=50/60s', 'all'), { size: 50, ttlMs: 60_000 })
  t.strictSame(keptBy('role:driver=5/1s', 'role:driver'), { size: 5, ttlMs: 1000 })
  t.strictSame(keptBy('role:driver=5/1s', 'role:drivers'), NOTHING)
  for (const topic of ['room:chat:1', 'room:chat:']) t.strictSame(keptBy('room:chat:*=5/1s', topic), { size: 5, ttlMs: 1000 })
  for (const topic of ['room:chat', 'room:my:chat:1', 'user:chat:1']) t.strictSame(keptBy('room:chat:*=5/1s', topic), { size: 100, ttlMs: 300_000 }, topic)
  t.strictSame(keptBy('room:*=0', 'room:any'), NOTHING)
})

t.test('the most specific rule counts, wherever it stands', async (t) => {
  const rules = ['room:*=1/1s', 'room:chat:*=2/1s', 'room:chat:vip:*=3/1s', 'room:chat:vip:1=0']
  for (const text of [rules.join(), rules.reverse().join()]) {
    t.strictSame(['room:a', 'room:chat:1', 'room:chat:vip:2', 'room:chat:vip:1'].map((topic) => keptBy(text, topic).size), [1, 2, 3, 0])
  }
})
