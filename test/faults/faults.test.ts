import t from 'tap'
import { WRONGS } from './findings.ts'
import { harmless } from './faults.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { startWorld } from './world.ts'

const ROUNDS = 2
/** Repeats the faults of an earlier run; each run tells its own. */
const SEED = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 1e9))

t.setTimeout(400_000)

t.test('f5: whatever happens to Redis, nodes and connections: everybody gets everything once and in order', async (t) => {
  t.comment(`FAULTS_SEED=${SEED}`)
  const random = new Random(SEED)
  const world = await startWorld(t, { random: random.fork(), rate: 400 })
  const schedule = new Schedule(world, { random: random.fork(), say: (line) => t.comment(line) })
  await schedule.warmUp()
  for (let round = 0; round < ROUNDS; round += 1) await schedule.round(harmless)
  const verdict = await schedule.finish()
  t.comment(JSON.stringify(verdict))
  t.strictSame(Object.fromEntries(WRONGS.map((kind) => [kind, verdict[kind]])), { lost: 0, doubled: 0, reordered: 0, unexplained: 0 }, verdict.texts.join('\n'))
  t.strictSame([...schedule.happened.keys()].sort(), [...harmless].sort(), 'each fault happened')
  // A Redis that syncs its file once a second may lose the last moment; then it is right to say so.
  t.strictSame([...schedule.notices.keys()].filter((name) => name !== 'Redis killed'), [], 'nobody was told without need that something is missing')
  t.ok(verdict.acked > 2_000 && verdict.delivered > 10_000, 'much was said and delivered')
  t.equal(verdict.refused, 0)
  t.ok(verdict.resumedTrue > 100 && verdict.replays > 10, 'clients came back and were told what they had missed')
  t.ok(verdict.duplicates > 0, 'messages were repeated')
})
