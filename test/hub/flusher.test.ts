import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { Flusher } from '../../src/hub/flusher.ts'

t.test('all who asked during a turn are flushed once after it, in the order asked', async (t) => {
  const flusher = new Flusher()
  const flushed: string[] = []
  flusher.schedule({ flush: () => { flushed.push('a') } })
  flusher.schedule({ flush: () => { flushed.push('b') } })
  t.same(flushed, [])
  await endOfTurn()
  await endOfTurn()
  t.same(flushed, ['a', 'b'])
})

t.test('who asks during a flush is served in the next turn', async (t) => {
  const flusher = new Flusher()
  const flushed: string[] = []
  const late = { flush: () => { flushed.push('late') } }
  flusher.schedule({ flush: () => { flushed.push('first'); flusher.schedule(late) } })
  await endOfTurn()
  t.same(flushed, ['first'])
  await endOfTurn()
  t.same(flushed, ['first', 'late'])
})

t.test('the frames of a turn are let go after it', async (t) => {
  const flusher = new Flusher()
  const frame = Buffer.from('a')
  const chain = flusher.empty.add(frame)
  t.equal(flusher.empty.add(frame), chain)
  flusher.schedule({ flush: () => {} })
  await endOfTurn()
  t.not(flusher.empty.add(frame), chain)
})

/** Outboxes that take `ms` each to write to, and the order in which they are written. */
function slowOutboxes (count: number, ms: number, written: number[]) {
  return Array.from({ length: count }, (_, index) => ({
    flush: () => {
      const until = performance.now() + ms
      while (performance.now() < until);
      written.push(index)
    }
  }))
}

t.test('a long fan-out lets other sockets have their turn, and still writes to each once, in order', async (t) => {
  const flusher = new Flusher(1)
  const written: number[] = []
  for (const outbox of slowOutboxes(200, 0.1, written)) flusher.schedule(outbox)
  let turns = 0
  while (written.length < 200) {
    await endOfTurn()
    turns += 1
  }
  t.ok(turns > 2, `${turns} turns`)
  t.same(written, Array.from({ length: 200 }, (_, index) => index))
})

t.test('who speaks during a long fan-out is answered before it goes on', async (t) => {
  const flusher = new Flusher(1)
  const written: number[] = []
  for (const outbox of slowOutboxes(200, 0.1, written)) flusher.schedule(outbox)
  await endOfTurn()
  await endOfTurn()
  const before = written.length
  flusher.schedule({ flush: () => { written.push(-1) } })
  await endOfTurn()
  t.ok(before < 200)
  t.equal(written.indexOf(-1), before)
})

t.test('a fan-out that begins during another one is not starved, nor starves it', async (t) => {
  const flusher = new Flusher(1)
  const written: number[] = []
  for (const outbox of slowOutboxes(100, 0.1, written)) flusher.schedule(outbox)
  await endOfTurn()
  const other: number[] = []
  for (const outbox of slowOutboxes(100, 0.1, other)) flusher.schedule(outbox)
  while (written.length < 100 || other.length < 100) await endOfTurn()
  const all = Array.from({ length: 100 }, (_, index) => index)
  t.same([written, other], [all, all])
})
