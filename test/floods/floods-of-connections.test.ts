import t from 'tap'
import { httpFloods } from './http-floods.ts'
import { readerFloods } from './reader-floods.ts'
import { expectGoals } from './short-floods.ts'
import { measureCrowd } from './stalled-crowd.ts'

t.test('a17, a20, b8, c1, c7, c9, c11, c14: floods of connections and requests cost little memory, and a bystander hardly notices them', { timeout: 300_000 }, async (t) => {
  await expectGoals(t, [...readerFloods, ...httpFloods])
})

t.test('c10: a bystander is answered while members of a busy room do not read', async (t) => {
  const { baseline, withStalled } = await measureCrowd(t, { connections: 60, stalled: 20, durationMs: 300 })
  t.ok(withStalled.p99 < Math.max(baseline.p99 * 20, 3_000), `p99 ${baseline.p99.toFixed(1)} ms before, ${withStalled.p99.toFixed(1)} ms then`)
})
