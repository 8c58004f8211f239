import t from 'tap'
import { sectionsOf, updateResults } from '../../bench/results-file.ts'

const ORDER = ['a1', 'a16', 'd']

t.test('a new file has a title and the sections in the scenes\' order', async (t) => {
  const text = updateResults('', new Map([['d', '## d: idle\n\nten\n'], ['a1', '## a1: one\n\ntwo\n']]), ORDER)
  t.match(text, /^# Measured\n[^]*\n## a1: one\n\ntwo\n\n## d: idle\n\nten\n$/)
})

t.test('a scene that is measured again replaces its own section alone', async (t) => {
  const before = updateResults('', new Map([['a1', '## a1: one\n\nold\n'], ['a16', '## a16: six\n\nkept\n']]), ORDER)
  const after = updateResults(before, new Map([['a1', '## a1: one\n\nnew\n']]), ORDER)
  t.equal(after, before.replace('old', 'new'))
})

t.test('a scene that there is no more is dropped', async (t) => {
  t.notMatch(updateResults('# Measured\n\n## z9: gone\n\nfigures\n', new Map([['a1', '## a1: one\n']]), ORDER), /gone/)
})

t.test('the section of the soak stays, behind the scenes', async (t) => {
  const before = '# Measured\n\n## soak: a long run\n\nfigures\n'
  t.match(updateResults(before, new Map([['d', '## d: idle\n']]), ORDER), /## d: idle\n\n?## soak: a long run\n\nfigures\n$/)
})

t.test('what was measured in a browser is replaced alone, and stands between the scenes and the soak', async (t) => {
  const before = updateResults('', new Map([['d', '## d: idle\n'], ['soak', '## soak: long\n\nfigures\n']]), ORDER)
  const after = updateResults(before, new Map([['client', '## client: in a browser\n\nold\n']]), sectionsOf(before))
  t.strictSame(sectionsOf(after), ['d', 'client', 'soak'])
  t.equal(updateResults(after, new Map([['client', '## client: in a browser\n\nnew\n']]), sectionsOf(after)), after.replace('old', 'new'))
})
