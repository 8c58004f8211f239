import t from 'tap'
import { DroppedMessages } from '../../src/hub/dropped-messages.ts'

const at = (seq: number) => ({ epoch: 'e', seq })

t.test('what was dropped of a topic is one range from the first to the last', async (t) => {
  const dropped = new DroppedMessages()
  for (const seq of [7, 8, 9]) dropped.note('room:a', at(seq))
  t.same(dropped.take(), [{ topic: 'room:a', from_seq: 7, to_seq: 9 }])
})

t.test('each topic has a range of its own', async (t) => {
  const dropped = new DroppedMessages()
  dropped.note('room:a', at(7))
  dropped.note('all', at(1))
  t.same(dropped.take().map(({ topic }) => topic), ['room:a', 'all'])
  t.notOk(dropped.has('room:a'))
})

t.test('frames without a place in a stream count, but make no gap', async (t) => {
  const dropped = new DroppedMessages()
  dropped.note()
  dropped.note('members:a')
  t.notOk(dropped.isEmpty)
  t.same(dropped.take(), [])
  t.ok(dropped.isEmpty)
})

t.test('taking the gaps starts anew', async (t) => {
  const dropped = new DroppedMessages()
  dropped.note('room:a', at(7))
  dropped.take()
  t.ok(dropped.isEmpty)
  dropped.note('room:a', at(12))
  t.same(dropped.take(), [{ topic: 'room:a', from_seq: 12, to_seq: 12 }])
})

t.test('a gap that could not be told is kept, and grows', async (t) => {
  const dropped = new DroppedMessages()
  dropped.restore({ topic: 'room:a', from_seq: 7, to_seq: 9 })
  dropped.note('room:a', at(10))
  t.ok(dropped.has('room:a'))
  t.same(dropped.take(), [{ topic: 'room:a', from_seq: 7, to_seq: 10 }])
})
