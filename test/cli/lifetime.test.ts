import t from 'tap'
import { parseLifetime } from '../../src/cli/lifetime.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

t.test('lifetimes are written with a unit, days included', async (t) => {
  const inSeconds = Object.entries({ '30s': 30, '15m': 900, '1h': 3_600, '7d': 604_800, '1000ms': 1, '3650d': 315_360_000 })
  for (const [text, seconds] of inSeconds) t.equal(parseLifetime(text), seconds * 1_000)
})

t.test('what is no lifetime is refused by the name of its flag', async (t) => {
  for (const text of ['1', '1w', '-1h', '1.5h', '0s', '999ms', '3651d', '99999999d', '1h30m', 'tomorrow']) {
    t.throws(() => parseLifetime(text), new UsageError(`--expires-in: expected a time from 1s to 3650d, such as 30s, 15m, 1h or 7d, got ${text}`))
  }
})
