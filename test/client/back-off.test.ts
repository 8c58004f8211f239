import t from 'tap'
import { BackOff } from '../../client/back-off.ts'

t.test('after a reset pauses are short again', async (t) => {
  const backOff = new BackOff({ firstMs: 1, mostMs: 1_000_000 })
  const pauses = Array.from({ length: 40 }, () => backOff.next())
  t.ok(Math.max(...pauses) > 1)
  backOff.reset()
  t.ok(backOff.next() <= 1)
})
