import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from './support/project-root.ts'
import { takeAccount } from './tools/requirements/account.ts'
import { readRecord } from './tools/requirements/record.ts'
import { testTitles } from './tools/requirements/titles.ts'

const record = readRecord(readFileSync(join(projectRoot, 'test', 'requirements.md'), 'utf8'))
const account = takeAccount(testTitles(), record)

t.test('every promise is named by a test or has its row in the record, never both; nothing else is named', async (t) => {
  t.same(account.faults, [])
  const waiting = record.filter(({ kind }) => kind === 'waiting').flatMap(({ ids }) => ids)
  t.same([...account.open].sort(), waiting.sort())
})

t.test('the promises of each document are counted completely', async (t) => {
  for (const { promises, fulfilled, settled, notApplicable, open } of account.documents) t.equal(fulfilled + settled + notApplicable + open, promises)
  t.equal(account.documents.reduce((sum, { promises }) => sum + promises, 0), 464)
})
