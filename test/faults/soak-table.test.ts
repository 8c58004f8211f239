import t from 'tap'
import type { Verdict } from './account.ts'
import { formatTable, isSuccess, type SoakResult } from './soak-table.ts'

const verdict: Verdict = {
  sent: 1_200,
  acked: 1_190,
  duplicates: 4,
  refused: 10,
  delivered: 12_000,
  own: 3,
  resumedTrue: 50,
  resumedFalse: 2,
  replays: 20,
  gaps: 1,
  lost: 0,
  doubled: 0,
  reordered: 0,
  unexplained: 0,
  texts: []
}
const result: SoakResult = {
  verdict,
  happened: new Map([['node killed', 2]]),
  memory: { begin: [104_857_600], end: [115_343_360] },
  connects: 30,
  ends: new Map([[1012, 4], [1006, 20]]),
  durationMs: 61_000,
  failure: undefined
}

t.test('a table of a run in which nothing was wrong', async (t) => {
  const table = formatTable(result)
  for (const line of [/messages acked +1,190\n/, /lost +0\n/, /fault: node killed +2\n/, /node 1 +100 MiB to 110 MiB\n/, /1006: 20, 1012: 4\n/, /time +61 s\n/, /once and in order/]) t.match(table, line)
  t.ok(isSuccess(result))
})

t.test('what was wrong is named', async (t) => {
  const failed = { ...result, verdict: { ...verdict, lost: 1, texts: ['lost: c1/2'] } }
  t.match(formatTable(failed), /FAILED\n {2}lost: c1\/2\n/)
  t.notOk(isSuccess(failed))
  const stopped = { ...result, failure: 'not back' }
  t.match(formatTable(stopped), /FAILED\n {2}stopped: not back\n/)
  t.notOk(isSuccess(stopped))
})
