import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from './support/project-root.ts'

/** Promises of each description (see requirements.md): S0-01 to S0-139 and so on. */
const COUNTS: Record<string, number> = { S0: 139, S1: 90, S2: 83, S3: 91, S4: 61 }

const all = Object.entries(COUNTS).flatMap(([document, count]) => (
  Array.from({ length: count }, (_, index) => `${document}-${String(index + 1).padStart(2, '0')}`)
))
const tests = join(projectRoot, 'test')
const tested = idsIn(readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file !== 'requirements.test.ts')
  .map((file) => readFileSync(join(tests, file), 'utf8')).join('\n'))
const listed = idsIn(readFileSync(join(tests, 'requirements.md'), 'utf8'))

t.test('every promise is named by a test or listed with what it waits for', async (t) => {
  t.same(all.filter((id) => !tested.has(id) && !listed.has(id)), [])
})

t.test('no promise is listed as waiting that a test names already', async (t) => {
  t.same([...listed].filter((id) => tested.has(id)), [])
})

t.test('no test and no list names a promise that does not exist', async (t) => {
  const known = new Set(all)
  t.same([...tested, ...listed].filter((id) => !known.has(id)), [])
})

/** Ids in a text; `S0-94..S0-104` stands for all from the first to the last. */
function idsIn (text: string): Set<string> {
  const ids = new Set<string>()
  for (const [, document = '', first, last] of text.matchAll(/\b(S[0-4])-(\d{2,3})(?:\.\.S[0-4]-(\d{2,3}))?/g)) {
    for (let number = Number(first); number <= Number(last ?? first); number += 1) {
      ids.add(`${document}-${String(number).padStart(2, '0')}`)
    }
  }
  return ids
}
