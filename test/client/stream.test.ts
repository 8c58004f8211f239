import t from 'tap'
import { Stream } from '../../client/stream.ts'
import type { Message } from '../../client/protocol.ts'

const followed = (seq: number): Stream => {
  const stream = new Stream('room:general')
  stream.answered({ epoch: 'e', seq })
  return stream
}

t.test('a frame is new once, skips are no loss', async (t) => {
  const stream = followed(3)
  t.strictSame([3, 4, 4, 7, 5].map((seq) => stream.take(frame(seq))), [false, true, false, true, false])
  t.strictSame(stream.position, { epoch: 'e', seq: 7 })
})

t.test('a frame without a number always passes', async (t) => {
  const stream = followed(3)
  stream.ask()
  t.ok(stream.take({ type: 'user_joined', room: 'general', payload: {}, timestamp: '' }))
})

t.test('what comes before the answer comes again with a recovery, and is passed on without one', async (t) => {
  const recovered = followed(3)
  recovered.ask()
  t.notOk(recovered.take(frame(6)))
  t.notOk(recovered.isFollowed)
  t.strictSame(recovered.answered({ epoch: 'e', seq: 3, recovered: true, missed: 3 }), [])
  t.strictSame([4, 5, 6].map((seq) => recovered.take(frame(seq))), [true, true, true])

  const lost = followed(3)
  lost.ask()
  lost.take(frame(2))
  t.match(lost.answered({ epoch: 'f', seq: 2, recovered: false }), [{ seq: 2 }])
  t.strictSame(lost.position, { epoch: 'f', seq: 2 })
})

t.test('asked twice, nothing of what was held is forgotten, until the connection is gone', async (t) => {
  const stream = followed(3)
  stream.ask()
  stream.take(frame(8))
  stream.ask()
  t.match(stream.answered({ epoch: 'e', seq: 9, recovered: false }), [{ seq: 8 }])
  stream.ask()
  stream.take(frame(10))
  stream.lost()
  t.strictSame(stream.answered({ epoch: 'e', seq: 10, recovered: false }), [])
})

t.test('an ack moves the position, but not past what a replay has still to bring', async (t) => {
  const stream = followed(3)
  stream.acked({ epoch: 'e', seq: 5 })
  stream.acked({ epoch: 'other', seq: 50 })
  t.strictSame(stream.position, { epoch: 'e', seq: 5 })
  stream.ask()
  stream.answered({ epoch: 'e', seq: 5, recovered: true, missed: 2 })
  stream.acked({ epoch: 'e', seq: 9 })
  stream.acked({ epoch: 'e', seq: 8 })
  t.equal(stream.position?.seq, 5)
  t.ok(stream.take(frame(6)))
  t.equal(stream.position?.seq, 6)
  t.ok(stream.take(frame(7)))
  t.equal(stream.position?.seq, 9)
})

t.test('a replay that is cut off goes on where it was', async (t) => {
  const stream = followed(3)
  stream.ask()
  stream.answered({ epoch: 'e', seq: 3, recovered: true, missed: 3 })
  stream.take(frame(4))
  stream.acked({ epoch: 'e', seq: 9 })
  stream.lost()
  t.strictSame(stream.position, { epoch: 'e', seq: 4 })
})

t.test('without a position every frame is new', async (t) => {
  const stream = new Stream('user:ada')
  t.ok(stream.take(frame(1)))
  t.ok(stream.take(frame(1)))
})

function frame (seq: number): Message {
  return { type: 'new_message', room: 'general', payload: { content: '' }, timestamp: '', seq }
}
