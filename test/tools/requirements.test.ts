import t from 'tap'
import { takeAccount } from './requirements/account.ts'
import { idsIn } from './requirements/promises.ts'
import { readRecord } from './requirements/record.ts'
import { formatAccount } from './requirements/report.ts'
import { titlesIn } from './requirements/titles.ts'

t.test('a range stands for all its ids, and for none across documents or backwards', async (t) => {
  t.same(idsIn('a title (S0-09..S0-11, S3-100)'), ['S0-09', 'S0-10', 'S0-11', 'S3-100'])
  t.same(idsIn('(S0-09..S1-11) (S0-12..S0-09)'), [])
})

t.test('a title is the first argument of a test that runs', async (t) => {
  const source = [
    "t.test('plain (S0-01)', async (t) => { t.same(1, 1, '(S0-02)') })   // (S0-03)",
    'for (const [name] of cases) await t.test(`$' + '{name}: of several (S0-04)`, { timeout: 5 }, async (t) => {',
    "  test('inner', function () { go() })",
    '})',
    "t.test('not written (S0-05)')",
    "t.test('left out (S0-06)', { skip: true }, async (t) => { t.test('with it (S0-09)', async () => {}) })",
    "t.test('left out, too (S0-10)', { 'todo': 'later' }, async () => {})",
    "t.test('empty (S0-11)', async () => {})",
    "/(S0-07)/.test('S0-08')"
  ].join('\n')
  t.same(titlesIn(source), ['plain (S0-01)', ' : of several (S0-04)', 'inner'])
})

t.test('a row of the record has ids, a known kind and a reason', async (t) => {
  const table = (row: string): string => `Text.\n\n| ids | how | reason |\n|---|---|---|\n${row}\n`
  t.same(readRecord(table('| S0-105, S4-39 | X37 | one each |')), [{ ids: ['S0-105', 'S4-39'], kind: 'settled', contradiction: 'X37', reason: 'one each' }])
  t.same(readRecord(table('| S0-01 | not applicable | no locks here |')), [{ ids: ['S0-01'], kind: 'not applicable', contradiction: undefined, reason: 'no locks here' }])
  for (const bad of ['| S0-01 | X51 | why |', '| S0-01 | X00 | why |', '| S0-01 | somehow | why |', '| S0-01 | waiting |  |', '| none | waiting | why |', '| S0-01 | waiting | a | b |']) {
    t.throws(() => readRecord(table(bad)), bad)
  }
})

t.test('a promise is fulfilled, settled, not applicable or open', async (t) => {
  const record = readRecord('| S0-02 | X37 | otherwise |\n| S0-03 | not applicable | no |\n| S0-04 | waiting | soon |')
  const { documents, open, faults } = takeAccount(['is there (S0-01)', 'also (S4-01..S4-61)'], record)
  t.same(documents[0], { name: '000', promises: 139, fulfilled: 1, settled: 1, notApplicable: 1, open: 136 })
  t.same(documents[4], { name: '004', promises: 61, fulfilled: 61, settled: 0, notApplicable: 0, open: 0 })
  t.same(open.slice(0, 2), ['S0-04', 'S0-05'])
  t.same(faults, [])
})

t.test('what stands in two places or nowhere is a fault', async (t) => {
  const { faults } = takeAccount(['(S0-01, S0-140)'], readRecord('| S0-01, S0-02, S9-01 | X37 | otherwise |\n| S0-02 | waiting | soon |'))
  t.same(faults.map((fault) => fault.split(':')[0]).sort(), ['S0-01', 'S0-02', 'S0-140', 'S9-01'])
})

t.test('the report counts, tells how the rest was settled, and names what is open', async (t) => {
  const all = takeAccount(['(S0-02..S0-139, S1-01..S1-90, S2-01..S2-83, S3-01..S3-91, S4-01..S4-61)'], readRecord('| S0-01 | X37 | otherwise |'))
  t.match(formatAccount(all), / {5}all +464 +463 +1 +0 +0\n\nS0-01: X37: otherwise\nopen: nothing\n$/)
  t.match(formatAccount(takeAccount([], [])), /open: S0-01, S0-02, .*, S4-61\n$/)
})
