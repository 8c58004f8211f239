import t from 'tap'
import { median, percentile, Samples } from '../../bench/load/samples.ts'

t.test('a percentile is the smallest value that so many do not exceed', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  t.equal(percentile(hundred, 0.5), 50)
  t.equal(percentile(hundred, 0.99), 99)
  t.equal(percentile(hundred, 0.999), 100)
  t.equal(percentile([7], 0.5), 7)
  t.equal(percentile([1, 2], 0.5), 1)
})

t.test('a distribution is told in milliseconds, whatever the order of the times', async (t) => {
  const samples = new Samples()
  for (let us = 1_000; us > 0; us--) samples.add(us * 10)
  t.strictSame(samples.distribution(), { count: 1_000, p50: 5, p99: 9.9, p999: 9.99, max: 10 })
})

t.test('without times there is no distribution', async (t) => {
  const samples = new Samples()
  t.equal(samples.distribution(), undefined)
  samples.add(1)
  samples.clear()
  t.equal(samples.distribution(), undefined)
})

t.test('more times than there is room for are thinned out evenly', async (t) => {
  const samples = new Samples(128)
  for (let us = 0; us < 100_000; us++) samples.add(us)
  const { count = 0, p50 = 0, p99 = 0, max } = samples.distribution() ?? {}
  t.ok(count > 32 && count <= 128, `${count} kept`)
  t.ok(Math.abs(p50 - 50) < 3, `p50 is ${p50}`)
  t.ok(Math.abs(p99 - 99) < 3, `p99 is ${p99}`)
  t.equal(max, 99.999, 'the largest is never lost')
})

t.test('a median is the middle, or lies between the two', async (t) => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.equal(median([5]), 5)
})
