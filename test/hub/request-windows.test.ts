import t, { type Test } from 'tap'
import { RequestWindows } from '../../src/hub/request-windows.ts'

const MINUTE = 60_000

/** Moves the clock for durations by hand until the test ends. */
function stopClock (t: Test): (ms: number) => void {
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  return (ms) => { now += ms }
}

t.test('requests of a caller are counted from its first one on, and the rest of the time told', async (t) => {
  const pass = stopClock(t)
  const windows = new RequestWindows()
  t.same(windows.count('ada', MINUTE), { current: 1, ttl: MINUTE })
  pass(20_000.5)
  t.same(windows.count('ada', MINUTE), { current: 2, ttl: 40_000 })
  t.same(windows.count('bob', MINUTE), { current: 1, ttl: MINUTE }, 'each caller has its own')
})

t.test('with its end a window begins anew; what was refused in it does not weigh on the next', async (t) => {
  const pass = stopClock(t)
  const windows = new RequestWindows()
  for (let request = 0; request < 100; request += 1) windows.count('ada', MINUTE)
  pass(MINUTE - 1)
  t.same(windows.count('ada', MINUTE), { current: 101, ttl: 1 })
  pass(1)
  t.same(windows.count('ada', MINUTE), { current: 1, ttl: MINUTE })
})

t.test('of more than 100,000 callers the first are let go, the others stay counted', async (t) => {
  const windows = new RequestWindows()
  for (let caller = 0; caller < 100_001; caller += 1) windows.count(String(caller), MINUTE)
  t.equal(windows.count('100000', MINUTE).current, 2)
  t.equal(windows.count('1', MINUTE).current, 2)
  t.equal(windows.count('0', MINUTE).current, 1)
})
