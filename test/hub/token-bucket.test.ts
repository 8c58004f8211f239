import fc from 'fast-check'
import t from 'tap'
import { TokenBucket } from '../../src/hub/token-bucket.ts'

const take = (bucket: TokenBucket, times: number, nowMs: number) => Array.from({ length: times }, () => bucket.take(nowMs)).filter(Boolean).length

t.test('a full bucket gives its burst at once, and no more', async (t) => {
  t.equal(take(new TokenBucket(10, 5, 0), 8, 0), 5)
})

t.test('tokens come back at the rate', async (t) => {
  const bucket = new TokenBucket(10, 5, 0)
  take(bucket, 5, 0)
  t.same([bucket.take(99), bucket.take(100), bucket.take(150), bucket.take(200)], [false, true, false, true])
})

t.test('a rest never gathers more than the burst', async (t) => {
  const bucket = new TokenBucket(10, 5, 0)
  take(bucket, 5, 0)
  t.equal(take(bucket, 20, 3_600_000), 5)
})

t.test('a rate of 0 gives without end, and never warns', async (t) => {
  const bucket = new TokenBucket(0, 1, 0)
  t.equal(take(bucket, 10_000, 0), 10_000)
  t.same([bucket.isBelow(0.2), bucket.msUntil(1)], [false, 0])
})

t.test('a clock that goes backwards takes nothing away', async (t) => {
  const bucket = new TokenBucket(10, 5, 1_000)
  t.equal(take(bucket, 5, 0), 5)
})

t.test('the share that is left is told', async (t) => {
  const bucket = new TokenBucket(1, 10, 0)
  take(bucket, 8, 0)
  t.same([bucket.remaining, bucket.isBelow(0.2)], [2, false])
  bucket.take(0)
  t.same([bucket.remaining, bucket.isBelow(0.2)], [1, true])
})

t.test('after the told wait the token is there', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 50 }), (rate, burst) => {
    const bucket = new TokenBucket(rate, burst, 0)
    while (bucket.take(0));
    return bucket.take(bucket.msUntil(1))
  }))
})

t.test('never more pass in a time than burst and rate allow', async () => {
  const steps = fc.array(fc.nat({ max: 200 }), { maxLength: 200 })
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), (pauses, rate, burst) => {
    const bucket = new TokenBucket(rate, burst, 0)
    let now = 0
    const passed = pauses.filter((pause) => bucket.take(now += pause)).length
    return passed <= burst + now * rate / 1_000 + 1e-6
  }))
})
