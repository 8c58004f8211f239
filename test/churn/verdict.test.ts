import t from 'tap'
import type { Snapshot } from './churned-service.ts'
import { formatChurn, missedGoals, type ChurnResult } from './verdict.ts'

const before: Snapshot = {
  heap: 100_000_000,
  buffers: 1_000_000,
  resident: 200_000_000,
  resources: { Timeout: 5 },
  connections: 0,
  rooms: 0,
  descriptors: 20,
  keys: new Map([['ps', 1]]),
  channels: 3,
  patterns: 0
}

function resultWith (after: Partial<Snapshot>, more: Partial<ChurnResult> = {}): ChurnResult {
  return { before, after: { ...before, ...after }, done: new Map([['clean', 3]]), failed: 0, failures: [], durationMs: 1_000, perSecond: 3, stopped: undefined, ...more }
}

t.test('what is as before misses no goal', async (t) => {
  const result = resultWith({ heap: 101_000_000, resources: { Timeout: 6 } })
  t.same(missedGoals(result), [])
  t.match(formatChurn(result), /heap .* 95\.37 MiB to 96\.32 MiB\n[^]*nothing is left behind/)
})

t.test('each thing that is left behind is named', async (t) => {
  const after = { heap: 103_000_000, connections: 1, descriptors: 21, keys: new Map([['ps', 1], ['m', 2]]), channels: 4, resources: { Timeout: 8 } }
  t.match(missedGoals(resultWith(after)), [/^heap: /, /^connections: 1/, /^descriptors: 21, expected at most 20/, /^timers/, /^Redis keys: m: 2/, /^Redis channels/])
  t.notOk(missedGoals(resultWith(after), { memory: false }).some((text) => text.startsWith('heap')))
})

t.test('who was not served as expected, an early end and a measurement that is not there count too', async (t) => {
  t.match(missedGoals(resultWith({}, { failed: 2, failures: ['cycle 7 (clean): refused'] })), ['2 cycles went wrong', 'cycle 7 (clean): refused'])
  t.match(missedGoals(resultWith({}, { stopped: 'SIGINT' })), ['stopped: SIGINT'])
  const unmeasured = resultWith({}, { before: undefined })
  t.same(missedGoals(unmeasured), ['not measured'])
  t.match(formatChurn(unmeasured), /FAILED/)
})
