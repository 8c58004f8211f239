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

t.test('the joined bytes are let go after each turn', async (t) => {
  const flusher = new Flusher()
  const frames = [Buffer.from('a'), Buffer.from('b')]
  const batches: unknown[] = []
  for (let turn = 0; turn < 2; turn += 1) {
    flusher.schedule({ flush: (cache) => { batches.push(cache.join(frames)) } })
    await endOfTurn()
  }
  t.not(batches[0], batches[1])
})
