import t from 'tap'
import { missedGoals } from './flood-verdict.ts'
import { frameFloods } from './frame-floods.ts'
import { requestFloods } from './request-floods.ts'
import { runFloods } from './run-floods.ts'
import { generousGoals, shortPlan } from './short-floods.ts'

t.test('a4, a5, a6, a9, a10, c3, c5, c12, c15, c16, c19: floods of frames cost little memory, and a bystander hardly notices them', { timeout: 300_000 }, async (t) => {
  const floods = [...frameFloods, ...requestFloods]
  let measured = 0
  await runFloods(t, shortPlan, (report) => {
    measured += 1
    t.same(missedGoals(report, generousGoals), [], `${report.flood.id} ${report.flood.name}`)
  }, floods)
  t.equal(measured, floods.length)
})
