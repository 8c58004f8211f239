import t from 'tap'
import { Tally } from '../../src/metrics/tally.ts'

t.test('what is known from the start is told before it happens, anything else from the first time on', async (t) => {
  const tally = new Tally(['known'])
  t.same(tally.counts, { known: 0 })
  for (const key of ['known', 'new', 'new', '__proto__']) tally.count(key)
  t.same(Object.entries(tally.counts), [['known', 1], ['new', 2], ['__proto__', 1]])
})
