import t from 'tap'
import { monotonicMs, timestamp } from '../src/clock.ts'
import { until } from './helper.ts'

t.test('a timestamp is RFC 3339 in UTC with milliseconds, and the time now (S0-23)', async (t) => {
  const before = Date.now()
  const text = timestamp()
  t.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.ok(Date.parse(text) >= before && Date.parse(text) <= Date.now())
})

t.test('timestamps go on with the time', async (t) => {
  const first = timestamp()
  await until(() => timestamp() !== first, 1)
  t.ok(timestamp() > first)
})

t.test('the clock for durations never goes back', async (t) => {
  let last = monotonicMs()
  for (let n = 0; n < 1_000; n++) {
    const now = monotonicMs()
    if (now < last) t.fail('went back')
    last = now
  }
  t.ok(last > 0)
})
