import fc from 'fast-check'
import t from 'tap'
import { broadest, covers, isPattern, overlap, subjectProblem } from '../../src/ingest/subject.ts'

t.test('a subject is tokens between dots, a pattern has * for one and > for the rest', async (t) => {
  for (const subject of ['a', 'match.proposal', 'ride.*', '*.pickup', 'ride.*.x', 'ride.>', '>', '*', 'жуб.😀', 'a$b']) t.equal(subjectProblem(subject), undefined, subject)
  for (const subject of ['', '.', 'a.', '.a', 'a..b', 'a b', 'a\tb', 'a.>.b', '>.a', 'a*', 'a.b>', '**', 'a\u0000']) t.ok(subjectProblem(subject), JSON.stringify(subject))
  t.match(subjectProblem('$JS.API'), /begin with \$/)
})

t.test('a pattern covers what it fits, narrower patterns included', async (t) => {
  const yes = [['a', 'a'], ['a.*', 'a.b'], ['a.>', 'a.b'], ['a.>', 'a.b.c'], ['>', 'a'], ['>', 'a.b'], ['a.*', 'a.*'], ['a.>', 'a.*'], ['a.>', 'a.>'], ['*.b', 'a.b']]
  const no = [['a', 'b'], ['a', 'a.b'], ['a.b', 'a'], ['a.*', 'a'], ['a.*', 'a.b.c'], ['a.>', 'a'], ['a.b', 'a.*'], ['a.*', 'a.>'], ['*', '>'], ['A', 'a']]
  for (const [pattern = '', subject = ''] of yes) t.ok(covers(pattern, subject), `${pattern} ${subject}`)
  for (const [pattern = '', subject = ''] of no) t.notOk(covers(pattern, subject), `${pattern} ${subject}`)
})

t.test('two patterns overlap when one subject fits both', async (t) => {
  const yes = [['a.*', '*.b'], ['a.>', '*.b'], ['a', 'a'], ['>', 'a.b'], ['a.*.c', 'a.b.>']]
  const no = [['a', 'b'], ['a.*', 'b.*'], ['a.*', 'a.b.c'], ['a', 'a.>']]
  for (const [one = '', other = ''] of yes) t.ok(overlap(one, other) && overlap(other, one), `${one} ${other}`)
  for (const [one = '', other = ''] of no) t.notOk(overlap(one, other) || overlap(other, one), `${one} ${other}`)
})

t.test('the broadest patterns cover all the others and none of themselves', async (t) => {
  t.same(broadest(['ride.*', 'ride.pickup', 'match.proposal', 'ride.*']), ['ride.*', 'match.proposal'])
  const token = fc.constantFrom('a', 'b', '*')
  const pattern = fc.tuple(fc.array(token, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([tokens, rest]) => [...tokens, ...rest ? ['>'] : []].join('.'))
  fc.assert(fc.property(fc.array(pattern, { maxLength: 6 }), (patterns) => {
    const kept = broadest(patterns)
    return patterns.every((subject) => kept.some((other) => covers(other, subject))) && kept.every((one) => !kept.some((other) => other !== one && covers(other, one)))
  }))
})

t.test('what covers overlaps; wildcards make a pattern', async (t) => {
  const subject = fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'))
  fc.assert(fc.property(subject, subject, (one, other) => !covers(one, other) || overlap(one, other)))
  t.same(['a.b', 'a.*', 'a.>', 'a*'].map(isPattern), [false, true, true, false])
})
