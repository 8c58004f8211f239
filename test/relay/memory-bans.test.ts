import t, { type Test } from 'tap'
import { MemoryBans } from '../../src/relay/memory-bans.ts'

/** Moves the wall clock by hand until the test ends. */
function stopClock (t: Test): { readonly now: () => number, readonly pass: (ms: number) => void } {
  let now = Date.now()
  t.intercept(Date, 'now', { value: () => now })
  return { now: () => now, pass: (ms) => { now += ms } }
}

t.test('a ban holds until its time, and no longer', async (t) => {
  const clock = stopClock(t)
  const bans = new MemoryBans()
  const ban = { untilMs: clock.now() + 1_000, reason: 'spam' }
  bans.ban('ada', ban)
  t.same(bans.of('ada'), ban)
  t.equal(bans.of('bob'), undefined)
  clock.pass(999)
  t.ok(bans.of('ada'))
  clock.pass(1)
  t.equal(bans.of('ada'), undefined)
})

t.test('a later ban replaces an earlier one, also with a shorter time', async (t) => {
  const clock = stopClock(t)
  const bans = new MemoryBans()
  bans.ban('ada', { untilMs: clock.now() + 60_000, reason: 'spam' })
  bans.ban('ada', { untilMs: clock.now() + 1_000, reason: 'again' })
  t.match(bans.of('ada'), { reason: 'again' })
  clock.pass(1_000)
  t.equal(bans.of('ada'), undefined)
})

t.test('lifting tells whether there was a ban that held', async (t) => {
  const clock = stopClock(t)
  const bans = new MemoryBans()
  t.equal(bans.lift('ada'), false)
  bans.ban('ada', { untilMs: clock.now() + 1_000, reason: '' })
  t.equal(bans.lift('ada'), true)
  t.equal(bans.of('ada'), undefined)
  t.equal(bans.lift('ada'), false)
  bans.ban('ada', { untilMs: clock.now() + 1_000, reason: '' })
  clock.pass(1_000)
  t.equal(bans.lift('ada'), false, 'it was over')
})

t.test('each ban is told of, when it can be asked for already', async (t) => {
  const bans = new MemoryBans()
  const told: unknown[] = []
  bans.onBanned((userId, { reason }) => told.push([userId, reason, bans.of(userId)?.reason]))
  const untilMs = Date.now() + 60_000
  bans.ban('ada', { untilMs, reason: 'one' })
  bans.ban('bob', { untilMs, reason: 'two' })
  bans.ban('ada', { untilMs, reason: 'three' })
  bans.lift('bob')
  t.same(told, [['ada', 'one', 'one'], ['bob', 'two', 'two'], ['ada', 'three', 'three']])
})

t.test('bans that are over do not gather, and a new one costs no look at all others', async (t) => {
  const clock = stopClock(t)
  const bans = new MemoryBans()
  for (let index = 0; index < 10_000; index += 1) {
    bans.ban(`short ${index}`, { untilMs: clock.now() + 10, reason: '' })
    clock.pass(1)
  }
  t.ok(bans.size <= 128, `${bans.size} are kept`)
  bans.ban('long', { untilMs: clock.now() + 1_000_000, reason: '' })
  for (let index = 0; index < 200; index += 1) bans.ban(`short ${index}`, { untilMs: clock.now() + 1_000, reason: '' })
  t.ok(bans.of('long'), 'one that holds stays')
})
