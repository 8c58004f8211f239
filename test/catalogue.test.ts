import t from 'tap'
import { readPage, sectionOf } from './tools/docs/pages.ts'
import { accountOf, readRows } from './tools/catalogue/account.ts'
import { CASES, casesOf, mayNameCases } from './tools/catalogue/cases.ts'
import { testTitles } from './tools/requirements/titles.ts'

t.test('every case is named by a test or has its row in the record, never both; nothing else is named', async (t) => {
  const rows = readRows(sectionOf(readPage('test/catalogue.md'), 'Cases without a test of their own'))
  t.same(accountOf(testTitles(mayNameCases), rows), { open: [], faults: [] })
})

t.test('a title begins with its cases, or names none', async (t) => {
  t.same(casesOf('a17: a request and an upgrade in one segment'), ['a17'])
  t.same(casesOf('a4, M7: more than may be'), ['a4', 'M7'])
  for (const title of ['a room of 10: all of it', 'see a4: not at the beginning', 'a4 and M7: not a list', 'a4', 'x4: of no run']) t.same(casesOf(title), [], title)
})

t.test('a file that names cases is worth a look', async (t) => {
  for (const source of ["t.test('a1: x', f)", 't.test(`a4, M7: `, f)']) t.ok(mayNameCases(source), source)
  t.notOk(mayNameCases("t.test('a room of 10: all', f)"))
})

t.test('the catalogue has 101 cases', async (t) => {
  t.equal(new Set(CASES).size, 23 + 23 + 19 + 3 + 11 + 22)
  t.equal(CASES.length, 101)
})

t.test('a case is tested, recorded or open; what stands twice or nowhere is a fault', async (t) => {
  const rows = readRows('| cases | where |\n|---|---|\n| a1, a2 | elsewhere |\n| a2 | again |\n| a24 | nowhere |')
  const others = CASES.filter((id) => !['a1', 'a2', 'a3', 'b1'].includes(id))
  const { open, faults } = accountOf([`${others.join(', ')}: all others`, 'd22: of another matter', 'a1: has a row as well', 'e99: unknown'], rows)
  t.same(open, ['a3', 'b1'])
  t.same(faults.map((fault) => fault.split(':')[0]).sort(), ['a1', 'a2', 'a24', 'e99'])
})

t.test('a row of the record has cases and a reason', async (t) => {
  for (const bad of ['| a1 |  |', '| some | why |', '| a1 a2 | why |', '| a1 | why | more |']) t.throws(() => readRows(bad), bad)
})
