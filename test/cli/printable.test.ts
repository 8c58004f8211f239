import t from 'tap'
import { printable } from '../../src/cli/printable.ts'

t.test('letters of all kinds are left alone', async (t) => {
  for (const text of ['hello', 'žluťoučký', '日本語', '👩‍👩‍👧', 'a\u00a0b', 'naïve — «quoted»']) t.equal(printable(text), text)
})

t.test('what could steer a terminal or break a line is written out', async (t) => {
  t.equal(printable('\u001b[2J\u0007'), '\\u001b[2J\\u0007')
  t.equal(printable('a\nb\r\tc\u2028'), 'a\\u000ab\\u000d\\u0009c\\u2028')
  t.equal(printable('\u009b31m\u007f'), '\\u009b31m\\u007f')
  t.equal(printable('abc\u202edef'), 'abc\\u202edef')
})

t.test('a JSON text means the same afterwards', async (t) => {
  const value = { text: 'a\u001b\u007f\u009b\u202e\n"' }
  t.same(JSON.parse(printable(JSON.stringify(value))), value)
})
