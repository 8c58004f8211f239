import { goals, type FloodGoals } from './flood-verdict.ts'
import type { FloodPlan } from './measure-flood.ts'

/** The goals of the project, but for a machine that does much else: `npm run soak -- floods` has the real ones. */
export const generousGoals: FloodGoals = { ...goals, waitMs: 3_000 }

/** Floods in short, for the suite. */
export const shortPlan: FloodPlan = { durationMs: 120, warmUpMs: 40, sides: 4, maxSockets: 200, burst: 20 }
