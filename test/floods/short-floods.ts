import type { Test } from 'tap'
import type { Flood } from './flood.ts'
import { goals, missedGoals, type FloodGoals } from './flood-verdict.ts'
import type { FloodPlan } from './measure-flood.ts'
import { runFloods } from './run-floods.ts'

/** The goals of the project, but for a machine that does much else: `npm run soak -- floods` has the real ones. */
const generousGoals: FloodGoals = { ...goals, waitMs: 3_000 }

/** Floods in short, for the suite. */
const shortPlan: FloodPlan = { durationMs: 120, warmUpMs: 40, sides: 4, maxSockets: 200, burst: 20 }

/** Starts a service, floods it shortly with one after the other, and asserts that each of them kept to the goals. */
export async function expectGoals (t: Test, floods: readonly Flood[]): Promise<void> {
  let measured = 0
  await runFloods(t, shortPlan, (report) => {
    measured += 1
    t.same(missedGoals(report, generousGoals), [], `${report.flood.id} ${report.flood.name}`)
  }, floods)
  t.equal(measured, floods.length)
}
