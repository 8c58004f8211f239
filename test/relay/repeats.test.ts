import t, { type Test } from 'tap'
import { Repeats, REPEAT_WINDOW_MS } from '../../src/relay/repeats.ts'

const result = { recipients: 3, seq: 7, epoch: 'e' }

/** Moves the clock for durations by hand until the test ends. */
function stopClock (t: Test): (ms: number) => void {
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  return (ms) => { now += ms }
}

function keyOf (key: string, fingerprint = 'f') {
  return { key, fingerprint }
}

t.test('a repetition is told the first answer, and that it is one', async (t) => {
  const repeats = new Repeats(10)
  t.equal(repeats.find(keyOf('k')), undefined)
  repeats.note(keyOf('k'), result)
  for (let time = 0; time < 3; time += 1) t.same(repeats.find(keyOf('k')), { ...result, duplicate: true })
  t.equal(repeats.find(keyOf('other')), undefined)
})

t.test('a key that was used for something else is refused, and the first stays', async (t) => {
  const repeats = new Repeats(10)
  repeats.note(keyOf('k'), result)
  t.throws(() => repeats.find(keyOf('k', 'g')), { code: 'INVALID_PAYLOAD', message: /^\/id: .*5 minutes/ })
  t.match(repeats.find(keyOf('k')), { duplicate: true })
})

t.test('after 5 minutes a key is new, for other content too', async (t) => {
  const pass = stopClock(t)
  const repeats = new Repeats(10)
  repeats.note(keyOf('k'), result)
  pass(REPEAT_WINDOW_MS - 1)
  t.match(repeats.find(keyOf('k')), { duplicate: true })
  pass(2)
  t.equal(repeats.find(keyOf('k')), undefined)
  t.equal(repeats.find(keyOf('k', 'g')), undefined)
})

t.test('asking does not make a key live longer', async (t) => {
  const pass = stopClock(t)
  const repeats = new Repeats(10)
  repeats.note(keyOf('k'), result)
  for (let part = 0; part < 3; part += 1) {
    pass(REPEAT_WINDOW_MS / 3 + 1)
    repeats.find(keyOf('k'))
  }
  t.equal(repeats.find(keyOf('k')), undefined)
})

t.test('beyond the limit the oldest go; a key used anew is not among them', async (t) => {
  const pass = stopClock(t)
  const repeats = new Repeats(3)
  repeats.note(keyOf('old'), result)
  pass(REPEAT_WINDOW_MS - 10)
  for (const key of ['a', 'b']) repeats.note(keyOf(key), result)
  pass(20)
  repeats.note(keyOf('old'), result)
  repeats.note(keyOf('c'), result)
  t.same(['old', 'a', 'b', 'c'].map((key) => repeats.find(keyOf(key)) !== undefined), [true, false, true, true])
})
