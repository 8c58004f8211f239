import t from 'tap'
import { runChurn } from './churn.ts'
import { cycleKinds } from './plan.ts'
import { formatChurn, missedGoals } from './verdict.ts'

t.test('e2, d16: of 600 who come and go, in order, reset at any step, or vanished, nothing is left behind', async (t) => {
  const stopped = new Promise<string>(() => {})
  const result = await runChurn({ cycles: 600, warmUp: 0.05, seed: 6, lanes: 24, keepS: 2, pingMs: 700 }, { say: () => {}, stopped })
  t.strictSame(missedGoals(result, { memory: false }), [], formatChurn(result))
  for (const kind of cycleKinds) t.ok((result.done.get(kind) ?? 0) > 0, `${kind} was among them`)
})
