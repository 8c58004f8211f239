import fc from 'fast-check'
import t from 'tap'
import { formatDuration, parseDuration } from '../../config/duration.ts'

t.test('a duration is read with each of its units (S1-80)', async (t) => {
  const read = ['500ms', '54s', '5m', '24h', '0s'].map(parseDuration)
  t.same(read, [500, 54_000, 300_000, 86_400_000, 0])
})

t.test('a text that is no whole number with a unit is not a duration (S1-80)', async (t) => {
  for (const text of ['54', '', 's', '1.5s', '-1s', '1h30m', '5 s', '5S', '1d', '1e3ms', 'Infinity', '5s\n']) {
    t.equal(parseDuration(text), undefined, JSON.stringify(text))
  }
})

t.test('a duration is written in the largest unit that needs no fraction', async (t) => {
  t.same([0, 1, 54_000, 60_000, 90_000, 86_400_000].map(formatDuration), ['0s', '1ms', '54s', '1m', '90s', '24h'])
})

t.test('every duration that is written is read back as the same', async () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 31 - 1 }), (durationMs) => parseDuration(formatDuration(durationMs)) === durationMs))
})

t.test('no text without a unit is ever read as a duration', async () => {
  fc.assert(fc.property(fc.stringMatching(/^[0-9.+-]*$/), (text) => parseDuration(text) === undefined))
})
