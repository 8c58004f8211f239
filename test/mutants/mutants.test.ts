import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mutants } from './list/index.ts'
import { control, edit, taken, withEdit } from './mutant.ts'
import { outcomeOf } from './run-test.ts'
import { withTable } from './table.ts'
import { openWorkshop } from './workshop.ts'

t.test('names are unique, and every mutant names tests', async (t) => {
  t.same(new Set(mutants.map(({ name }) => name)).size, mutants.length)
  t.same(mutants.filter(({ tests, edits }) => tests.length === 0 || edits.length === 0), [])
})

t.test('what is replaced has to stand there once', async (t) => {
  const change = edit('a.js', 'a > b', '$&')
  t.equal(withEdit('if (a > b) c', change), 'if ($&) c')
  t.throws(() => withEdit('if (a >= b) c', change), /a\.js has 0 times: a > b/)
  t.throws(() => withEdit('a > b, a > b', change), /2 times/)
})

t.test('a workshop changes its copy alone, and only while the work lasts', async (t) => {
  const root = t.testdir({ dist: { src: { 'a.js': 'one two' } }, 'package.json': '{}', '.git': {} })
  mkdirSync(join(root, 'node_modules'))
  const workshop = openWorkshop(root)
  t.teardown(() => workshop.remove())
  const read = (folder: string): string => readFileSync(join(folder, 'dist', 'src', 'a.js'), 'utf8')
  const edits = [edit('src/a.js', 'one', '1'), edit('src/a.js', 'two', '2')]
  t.equal(await workshop.with(edits, async () => read(workshop.folder)), '1 2')
  t.equal(read(workshop.folder), 'one two')
  t.equal(read(root), 'one two')
  await t.rejects(workshop.with([...edits, edit('src/a.js', 'three', '')], async () => t.fail('not to be done')), /0 times: three/)
  t.equal(read(workshop.folder), 'one two', 'what was changed before is taken back')
  writeFileSync(join(root, 'node_modules', 'x'), 'x')
  t.equal(readFileSync(join(workshop.folder, 'node_modules', 'x'), 'utf8'), 'x')
})

t.test('green, red and broken are told apart, and the test that failed is named', async (t) => {
  t.same(outcomeOf('TAP version 14\nok 1 - all # time=1ms\n', 0), { kind: 'green', detail: '' })
  const red = '# Subtest: first\n    ok 1\nok 1 - first\n# Subtest: b15: second\n    not ok 1 - 403\n    Bail out! 403\nBail out! 403\n'
  t.same(outcomeOf(red, 1), { kind: 'red', detail: 'b15: second' })
  t.match(outcomeOf('SyntaxError: Unexpected token\n', 1), { kind: 'broken', detail: 'SyntaxError: Unexpected token' })
  t.match(outcomeOf(`${red}ReferenceError: x is not defined\n`, 1), { kind: 'broken' }, 'a slip of the mutant is no proof')
  t.match(outcomeOf('', null), { kind: 'broken' })
})

t.test('the rows of those that were tried take the place of their former ones, the others stay', async (t) => {
  const all = control('limits', ['rate', 'size', 'rooms'].map((name) => taken(name, `the ${name}`, ['a'])))
  const [rate, size] = all
  if (rate === undefined || size === undefined) return t.fail('no mutants')
  const page = 'above\n<!-- mutants -->\n<!-- /mutants -->\nbelow\n'
  const first = withTable(page, all, [{ mutant: rate, outcome: 'red', detail: 'c3: a | b' }, { mutant: size, outcome: 'survived', detail: '' }])
  t.same(first.split('\n').slice(4, 7), ['| limits | the rate | `rate` | c3: a \\| b |', '| limits | the size | `size` | **survived**:  |', '<!-- /mutants -->'])
  const second = withTable(first, all, [{ mutant: size, outcome: 'red', detail: 'a4: too large' }])
  t.same(second.split('\n').slice(4, 7), ['| limits | the rate | `rate` | c3: a \\| b |', '| limits | the size | `size` | a4: too large |', '<!-- /mutants -->'])
  t.notMatch(withTable(second, [size], []), /the rate/, 'what is no mutant any more is gone')
  t.match(second, /^above\n<!-- mutants -->\n\| control [^]*<!-- \/mutants -->\nbelow\n$/)
  t.throws(() => withTable('none', all, []), /no marks/)
})
