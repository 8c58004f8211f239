import t from 'tap'
import { Span } from './span.ts'

t.test('what is passed is a hole until it comes', async (t) => {
  const span = new Span(10)
  t.strictSame(span.take(13), { outcome: 'new', skipped: [11, 12], hole: undefined })
  t.strictSame([...span.holes.keys()], [11, 12])
  t.match(span.take(12), { outcome: 'late', hole: 'open' })
  t.match(span.take(13), { outcome: 'again' })
  t.match(span.take(9), { outcome: 'again' })
  t.strictSame([...span.holes.keys()], [11])
})

t.test('what was told is no hole and not owed', async (t) => {
  const span = new Span(10)
  span.take(13)
  span.tell(12, 15)
  t.strictSame([...span.holes.keys()], [11])
  t.notOk(span.owes(15))
  t.ok(span.owes(16))
  t.strictSame(span.take(17).skipped, [16])
})

t.test('nothing is owed before the start, nor behind the last number of an epoch that is over', async (t) => {
  const span = new Span(10)
  t.notOk(span.owes(10))
  t.ok(span.owes(11))
  span.close()
  t.notOk(span.owes(11))
})

t.test('a jump without measure is bounded', async (t) => {
  t.equal(new Span(0).take(1e9).skipped.length, 100_000)
})
