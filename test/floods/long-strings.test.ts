import t from 'tap'
import { tryLongStrings } from './long-strings.ts'
import { mannWhitney } from './mann-whitney.ts'

t.test('c17: long strings in any field that is checked take next to no time', async (t) => {
  await tryLongStrings(t, ({ field, worstMs }) => t.ok(worstMs < 5_000, `${field}: ${worstMs.toFixed(1)} ms`), { tries: 1, every: 3 })
})

t.test('series of one kind are not far apart, others are', async (t) => {
  const series = (begin: number, step: number) => Array.from({ length: 200 }, (_, index) => begin + index * step)
  t.ok(Math.abs(mannWhitney(series(0, 1), series(0.5, 1))) < 1)
  t.ok(mannWhitney(series(0, 1), series(100, 1)) < -5)
  t.ok(mannWhitney(series(100, 1), series(0, 1)) > 5)
  t.equal(mannWhitney([1, 1, 1], [1, 1, 1]), 0)
  t.equal(mannWhitney([1, 2, 3], [4, 5, 6]).toFixed(3), '-1.964')
})
