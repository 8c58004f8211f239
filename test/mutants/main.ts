import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../support/project-root.ts'
import { mutants } from './list/index.ts'
import type { Verdict } from './mutant.ts'
import { withTable } from './table.ts'
import { tryMutants } from './try-mutants.ts'
import { openWorkshop } from './workshop.ts'

/** Takes every control out once and sees whether a test notices; exit code 1 when one does not, or cannot be taken out any more. */
const usage = `npm run mutants -- [--only NAME] [--jobs N] [--write]
  --only NAME  only the mutants whose name begins like this; may be repeated
  --jobs N     so many at a time; 1 unless given
  --write      writes the rows of those that were tried into the table of test/catalogue.md
`
const { values: { only, jobs, write, help } } = parseArgs({
  options: { only: { type: 'string', multiple: true }, jobs: { type: 'string', default: '1' }, write: { type: 'boolean' }, help: { type: 'boolean' } }
})
if (help === true) process.stdout.write(usage)
else process.exitCode = await run()

async function run (): Promise<number> {
  const chosen = only === undefined ? mutants : mutants.filter(({ name }) => only.some((beginning) => name.startsWith(beginning)))
  const workshops = Array.from({ length: Number(jobs) }, () => openWorkshop(projectRoot))
  try {
    const verdicts = await tryMutants(workshops, chosen, (verdict) => {
      const { mutant, outcome, detail } = verdict
      process.stdout.write(`${outcome.padEnd(8)}  ${mutant.name.padEnd(28)}  ${detail}\n`)
      if (write === true) writeRow(verdict)
    })
    const failures = verdicts.filter(({ outcome }) => outcome !== 'red').length
    process.stdout.write(`${verdicts.length} mutants, ${failures} not noticed or stale\n`)
    return failures === 0 && verdicts.length > 0 ? 0 : 1
  } finally {
    for (const workshop of workshops) workshop.remove()
  }
}

function writeRow (verdict: Verdict): void {
  const path = join(projectRoot, 'test', 'catalogue.md')
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), mutants, [verdict]))
}
