import t from 'tap'
import type { FaultName } from './faults.ts'
import { WRONGS } from './findings.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { startWorld } from './world.ts'

const FAULTS: readonly FaultName[] = ['subscribers killed', 'node cut off', 'node killed', 'clients cut', 'node frozen', 'replies swallowed']

t.setTimeout(180_000)

t.test('with hardly any history not all comes back, but whoever misses something is told', async (t) => {
  const random = new Random(5)
  const world = await startWorld(t, { random: random.fork(), rate: 400, env: { WS_HISTORY_SIZE: '5' } })
  const schedule = new Schedule(world, { random: random.fork(), say: (line) => t.comment(line) })
  await schedule.warmUp()
  await schedule.round(FAULTS)
  const verdict = await schedule.finish()
  t.comment(JSON.stringify(verdict))
  t.strictSame(Object.fromEntries(WRONGS.map((kind) => [kind, verdict[kind]])), { lost: 0, doubled: 0, reordered: 0, unexplained: 0 }, verdict.texts.join('\n'))
  t.ok(verdict.resumedFalse > 0 && verdict.gaps > 0, 'some were told that they miss something')
  t.ok(verdict.resumedTrue > 0 && verdict.replays > 0, 'others missed nothing')
})
