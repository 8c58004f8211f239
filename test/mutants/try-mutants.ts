import type { Mutant, Verdict } from './mutant.ts'
import { runTest, type Outcome } from './run-test.ts'
import type { Workshop } from './workshop.ts'

/** Tells of each mutant as soon as it is known what became of it. */
export type OnVerdict = (verdict: Verdict) => void

/** Tries mutants, as many at a time as there are workshops. Their tests have to be green before. The verdicts are in the order of the mutants. */
export async function tryMutants (workshops: readonly Workshop[], mutants: readonly Mutant[], onVerdict: OnVerdict): Promise<Verdict[]> {
  const healthy = new Map<string, Promise<Outcome>>()
  const verdicts: Verdict[] = []
  const waiting = mutants.entries()
  await Promise.all(workshops.map(async (workshop) => {
    const without = async (test: string): Promise<Outcome> => {
      const known = healthy.get(test) ?? runTest(workshop.folder, test)
      healthy.set(test, known)
      return await known
    }
    for (const [index, mutant] of waiting) {
      const verdict = { mutant, ...await tryMutant(workshop, mutant, without) }
      verdicts[index] = verdict
      onVerdict(verdict)
    }
  }))
  return verdicts
}

async function tryMutant (workshop: Workshop, { edits, tests }: Mutant, without: (test: string) => Promise<Outcome>): Promise<Omit<Verdict, 'mutant'>> {
  for (const test of tests) {
    const { kind, detail } = await without(test)
    if (kind !== 'green') return { outcome: 'stale', detail: `${test} fails without it: ${detail}` }
  }
  try {
    return await workshop.with(edits, async () => await firstRed(workshop.folder, tests))
  } catch (error) {
    return { outcome: 'stale', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** Runs tests up to the first that fails. */
async function firstRed (folder: string, tests: readonly string[]): Promise<Omit<Verdict, 'mutant'>> {
  for (const test of tests) {
    const { kind, detail } = await runTest(folder, test)
    if (kind === 'broken') throw new Error(`${test}: ${detail}`)
    if (kind === 'red') return { outcome: 'red', detail }
  }
  return { outcome: 'survived', detail: '' }
}
