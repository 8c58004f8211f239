import t from 'tap'
import { Random } from './random.ts'

t.test('the same seed gives the same numbers, another one others', async (t) => {
  const series = (seed: number): number[] => {
    const random = new Random(seed)
    return Array.from({ length: 50 }, () => random.next())
  }
  t.strictSame(series(7), series(7))
  t.strictNotSame(series(7), series(8))
  t.ok(series(9).every((number) => number >= 0 && number < 1))
})

t.test('whole numbers have both bounds', async (t) => {
  const random = new Random(1)
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(3, 5)))
  t.strictSame([...seen].sort(), [3, 4, 5])
})

t.test('shuffling keeps all items; nothing is picked from nothing', async (t) => {
  const random = new Random(1)
  t.strictSame(random.shuffle([1, 2, 3, 4, 5]).sort(), [1, 2, 3, 4, 5])
  t.throws(() => random.pick([]))
})
