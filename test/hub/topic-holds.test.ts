import t from 'tap'
import { TopicHold, TopicHolds } from '../../src/hub/topic-holds.ts'

const LIMITS = { messages: 3, bytes: 10 }
const frame = (seq: number, { bytes = 1, epoch = 'e' } = {}) => ({ frame: Buffer.alloc(bytes), position: { epoch, seq } })

t.test('a hold gives back what it took, the oldest first', async (t) => {
  const hold = new TopicHold('all', LIMITS)
  for (const seq of [1, 2]) t.ok(hold.add(frame(seq)))
  t.match([hold.take(), hold.take(), hold.take()], [{ position: { seq: 1 } }, { position: { seq: 2 } }, undefined])
})

t.test('it is bounded in frames and in bytes, and has room again for what was taken', async (t) => {
  const hold = new TopicHold('all', LIMITS)
  t.same([1, 2, 3, 4].map((seq) => hold.add(frame(seq))), [true, true, true, false])
  hold.take()
  t.ok(hold.add(frame(4)))
  const wide = new TopicHold('all', LIMITS)
  t.same([wide.add(frame(1, { bytes: 10 })), wide.add(frame(2))], [true, false])
  wide.take()
  t.ok(wide.add(frame(2, { bytes: 10 })))
})

t.test('what there was no room for is one gap in its place; another epoch, another gap', async (t) => {
  const hold = new TopicHold('all', { messages: 1, bytes: 10 })
  hold.add(frame(1))
  t.notOk(hold.isOverflowing)
  for (const seq of [2, 3]) hold.lose({ epoch: 'e', seq })
  hold.lose({ epoch: 'f', seq: 1 })
  t.ok(hold.isOverflowing)
  t.match([hold.take(), hold.take(), hold.take(), hold.take()], [{ position: { seq: 1 } }, { from: 2, to: 3, epoch: 'e' }, { from: 1, to: 1, epoch: 'f' }, undefined])
  t.ok(hold.add(frame(4)))
  t.notOk(hold.isOverflowing)
})

t.test('what the relay lost keeps its place, too', async (t) => {
  const hold = new TopicHold('all', LIMITS)
  hold.add(frame(1))
  hold.miss({ topic: 'all', from_seq: 2, to_seq: 4 })
  hold.add(frame(5))
  t.match([hold.take(), hold.take(), hold.take()], [{ position: { seq: 1 } }, { from: 2, to: 4 }, { position: { seq: 5 } }])
})

t.test('topics are held apart; a hold stands until it ends or another takes its place', async (t) => {
  const holds = new TopicHolds(LIMITS)
  const [first, other] = [holds.begin('a'), holds.begin('b')]
  const second = holds.begin('a')
  t.same([holds.has(first), holds.has(second), holds.has(other)], [false, true, true])
  t.equal(holds.of('a'), second)
  holds.end(first)
  t.ok(holds.has(second), 'the end of an earlier one changes nothing')
  holds.end(second)
  t.same([holds.of('a'), holds.isEmpty], [undefined, false])
  holds.end(other)
  t.ok(holds.isEmpty)
})

t.test('a hold takes over what the one before had not shown', async (t) => {
  const holds = new TopicHolds(LIMITS)
  t.equal(holds.begin('a').unshown, undefined)
  holds.of('a')?.add(frame(8))
  holds.of('a')?.lose({ epoch: 'e', seq: 9 })
  t.same(holds.begin('a').unshown, { from: 8, to: 9 })
  t.same(holds.begin('a').unshown, { from: 8, to: 9 }, 'and hands it on')
  const last = holds.begin('a')
  last.unshown = { from: 3, to: 7 }
  t.same(holds.begin('a').unshown, { from: 3, to: 7 })
})
