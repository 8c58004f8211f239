import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../support/project-root.ts'
import { takeAccount } from './requirements/account.ts'
import { readRecord } from './requirements/record.ts'
import { formatAccount } from './requirements/report.ts'
import { testTitles } from './requirements/titles.ts'

/** Prints what became of every promise of the founding documents; exit code 1 while one is open or stands in two places. */
const account = takeAccount(testTitles(), readRecord(readFileSync(join(projectRoot, 'test', 'requirements.md'), 'utf8')))
process.stdout.write(formatAccount(account))
process.exitCode = account.open.length === 0 && account.faults.length === 0 ? 0 : 1
