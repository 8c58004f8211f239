import fc from 'fast-check'
import t from 'tap'
import { parseSubjectMap, ruleFor } from '../../src/ingest/subject-map.ts'

/** The rules of a text that can be read. */
function rulesOf (text: string) {
  const parsed = parseSubjectMap(text)
  if ('expected' in parsed) throw new Error(`${parsed.expected}, got ${parsed.got}`)
  return parsed.rules
}

/** What is wrong with a text. */
function problemOf (text: string): string {
  const parsed = parseSubjectMap(text)
  return 'expected' in parsed ? `expected ${parsed.expected}, got ${parsed.got}` : ''
}

t.test('rules: subject, audience, type (S1-56)', async (t) => {
  t.same(rulesOf('match.proposal -> users from driver_id, passenger_id as ride.proposal; ride.* → rooms from ride.id + roles dispatcher,admin\nalarm->all'), [
    { subject: 'match.proposal', audience: [{ kind: 'users', isFrom: true, names: ['driver_id', 'passenger_id'] }], type: 'ride.proposal' },
    {
      subject: 'ride.*',
      audience: [{ kind: 'rooms', isFrom: true, names: ['ride.id'] }, { kind: 'roles', isFrom: false, names: ['dispatcher', 'admin'] }]
    },
    { subject: 'alarm', audience: 'all' }
  ])
})

t.test('names of rooms may have white space and plus signs; empty rules are none', async (t) => {
  t.same(rulesOf(' ;\n a -> rooms day shift, c++ + roles from to ;; '), [
    { subject: 'a', audience: [{ kind: 'rooms', isFrom: false, names: ['day shift', 'c++'] }, { kind: 'roles', isFrom: true, names: ['to'] }] }
  ])
})

t.test('the first rule that fits counts', async (t) => {
  const rules = rulesOf('ride.pickup -> roles a; ride.* -> roles b; ride.> -> roles c')
  t.same(['ride.pickup', 'ride.end', 'ride.end.late', 'match'].map((subject) => ruleFor(rules, subject)?.subject), ['ride.pickup', 'ride.*', 'ride.>', undefined])
})

t.test('what cannot be read names the rule and what was expected', async (t) => {
  const cases: ReadonlyArray<readonly [string, RegExp]> = [
    ['', /^expected rules such as .*, got none$/],
    [' ; ', /got none$/],
    ['a -> all; b => all', /^expected rules such as match\.proposal -> .*, got rule 2: b => all$/],
    ['a ->', /^expected rules/],
    ['-> all', /^expected rules/],
    ['a b -> all', /^expected rules/],
    ['a..b -> all', /^expected a subject such as .*, got rule 1: a\.\.b -> all$/],
    ['a.>.b -> all', /^expected a subject/],
    ['$JS.x -> all', /^expected a subject that does not begin with \$/],
    ['a -> everybody', /^expected an audience: all, users from FIELD.*got rule 1: a -> everybody$/],
    ['a -> users ada', /^expected users from FIELD: single users are named by the event/],
    ['a -> users from', /^expected users from FIELD/],
    ['a -> users from a,,b', /^expected fields such as/],
    ['a -> users from a..b', /^expected fields such as/],
    ['a -> users from a b', /^expected fields such as/],
    ['a -> rooms a*', /^expected names of rooms with commas between them \(expected no control characters/],
    ['a -> roles x y', /^expected names of roles/],
    ['a -> all + roles x', /^expected all alone/],
    ['a -> roles x +', /^expected an audience/],
    ['a -> + roles x', /^expected an audience/],
    ['a -> all; a -> roles x', /^expected no rule behind one that takes all its events \(a\), got rule 2: a -> roles x$/],
    ['a.> -> all; a.b -> roles x', /^expected no rule behind one that takes all its events \(a\.>\)/],
    ['message -> all', /^expected a type that the protocol does not use itself \(not message\); name another with: as TYPE, got rule 1: message -> all$/],
    ['a -> all as ack', /not ack/],
    ['a -> rooms lunch as', /^expected a type behind as, got rule 1: a -> rooms lunch as$/],
    ['a.* -> all as ride.*', /^expected a type without \* and >/],
    ['a -> roles from', /^expected an audience: .*, got rule 1: a -> roles from$/],
    ['a -> rooms from, b', /^expected an audience/],
    [`a -> all as ${'x'.repeat(129)}`, /^expected a type of 1 to 128 characters/]
  ]
  for (const [text, expected] of cases) t.match(problemOf(text), expected, text)
})

t.test('a reserved subject is fine under another type, and system.alert is one that may be sent', async (t) => {
  t.match(rulesOf('message -> all as news; a -> all as system.alert'), [{ type: 'news' }, { type: 'system.alert' }])
})

t.test('no text makes it throw', async () => {
  const piece = fc.constantFrom('a', '.', '*', '>', '->', '→', ' ', 'all', 'users', 'roles', 'rooms', 'from', ',', '+', ';', 'as', '\n', '😀', '$')
  fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join('')), (text) => {
    const parsed = parseSubjectMap(text)
    return 'rules' in parsed ? parsed.rules.length > 0 : parsed.expected !== ''
  }))
})

t.test('long texts are read in no time', async (t) => {
  const begun = performance.now()
  for (const text of [`a -> ${'x '.repeat(50_000)}`, `${' '.repeat(100_000)}->`, `a -> rooms ${' + '.repeat(30_000)}`, `a -> all${' as'.repeat(30_000)}`]) parseSubjectMap(text)
  t.ok(performance.now() - begun < 5_000)
})
