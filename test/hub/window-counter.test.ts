import t from 'tap'
import { WindowCounter } from '../../src/hub/window-counter.ts'

t.test('events of one window are counted together', async (t) => {
  const counter = new WindowCounter(1_000)
  t.same([5, 500, 1_004].map((now) => counter.add(now)), [1, 2, 3])
})

t.test('the window starts anew with the first event after it has passed', async (t) => {
  const counter = new WindowCounter(1_000)
  t.same([5, 1_005, 1_900, 2_005].map((now) => counter.add(now)), [1, 1, 2, 1])
})
