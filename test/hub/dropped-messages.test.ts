import t from 'tap'
import { DroppedMessages } from '../../src/hub/dropped-messages.ts'

const at = (seq: number) => ({ epoch: 'e', seq })

t.test('what was dropped of a topic is one range from the first to the last', async (t) => {
  const dropped = new DroppedMessages()
  for (const seq of [7, 8, 9]) dropped.note('room:a', at(seq))
  t.same(dropped.gaps(), [{ topic: 'room:a', from_seq: 7, to_seq: 9 }])
})

t.test('each topic has a range of its own', async (t) => {
  const dropped = new DroppedMessages()
  dropped.note('room:a', at(7))
  dropped.note('all', at(1))
  t.same(dropped.gaps().map(({ topic }) => topic), ['room:a', 'all'])
})

t.test('frames without a place in a stream make no gap', async (t) => {
  const dropped = new DroppedMessages()
  dropped.note()
  dropped.note('members:a')
  t.same([dropped.gaps(), dropped.has('members:a')], [[], false])
})

t.test('a gap that could not be told is kept, and grows', async (t) => {
  const dropped = new DroppedMessages()
  dropped.restore({ topic: 'room:a', from_seq: 7, to_seq: 9 })
  dropped.note('room:a', at(10))
  t.ok(dropped.has('room:a'))
  t.same(dropped.gaps(), [{ topic: 'room:a', from_seq: 7, to_seq: 10 }])
})

t.test('a gap goes on to what the relay has lost behind it, and never back', async (t) => {
  const dropped = new DroppedMessages()
  dropped.extend('room:a', 3)
  t.notOk(dropped.has('room:a'), 'without a gap there is none to go on')
  dropped.note('room:a', at(7))
  for (const seq of [12, 8]) dropped.extend('room:a', seq)
  t.same(dropped.gaps(), [{ topic: 'room:a', from_seq: 7, to_seq: 12 }])
})
