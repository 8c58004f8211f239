import t from 'tap'
import { WRONGS } from './findings.ts'
import { Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { startWorld } from './world.ts'

const CLIENTS = 12
const ROOMS_PER_CLIENT = 2

t.setTimeout(120_000)

t.test('Redis comes back empty: everybody is told for each topic that something may be missing, and goes on', async (t) => {
  const random = new Random(7)
  const world = await startWorld(t, { clients: CLIENTS, roomsPerClient: ROOMS_PER_CLIENT, rooms: 4, random: random.fork() })
  const schedule = new Schedule(world, { random: random.fork() })
  await schedule.warmUp()
  await schedule.befall('clients cut')
  const before = world.checker.verdict()
  t.equal(before.resumedFalse, 0)
  t.ok(before.resumedTrue > 0)
  await schedule.befall('Redis emptied')
  // Whoever comes back now has its position in the new numbering.
  const emptied = world.checker.verdict()
  await schedule.befall('clients cut')
  const verdict = await schedule.finish()
  t.strictSame(Object.fromEntries(WRONGS.map((kind) => [kind, verdict[kind]])), { lost: 0, doubled: 0, reordered: 0, unexplained: 0 }, verdict.texts.join('\n'))
  t.ok(emptied.resumedFalse >= CLIENTS * (ROOMS_PER_CLIENT + 1), 'nobody was told that nothing is missing')
  t.equal(verdict.resumedFalse, emptied.resumedFalse, 'each was told once')
  t.ok(verdict.delivered > before.delivered, 'messages go on')
})
