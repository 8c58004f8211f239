import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { makeOutbox } from '../support/outbox-fixture.ts'

const frame = (text: string) => Buffer.from(text)

/** An outbox whose socket has been given one frame and does not take it. */
async function makeStuck (limits: { messages?: number, bytes?: number } = {}) {
  const parts = makeOutbox(limits)
  parts.stream.shut()
  parts.outbox.push(frame('x'))
  await endOfTurn()
  return parts
}

t.test('a full socket lets exactly as many messages wait as the buffer holds (S0-36)', async (t) => {
  const { outbox } = await makeStuck({ messages: 3 })
  t.same(['b', 'c', 'd'].map((text) => outbox.push(frame(text))), [true, true, false])
})

t.test('the 257th message for a stuck socket is refused by default (S3-60)', async (t) => {
  const { outbox } = await makeStuck()
  const taken = Array.from({ length: 256 }, () => outbox.push(frame('m')))
  t.same([taken.filter(Boolean).length, taken.lastIndexOf(true)], [255, 254])
})

t.test('a full socket lets exactly as many bytes wait as the buffer holds', async (t) => {
  const { outbox } = await makeStuck({ bytes: 10 })
  t.same([outbox.push(frame('123456789')), outbox.push(frame(''))], [true, true])
  t.notOk(outbox.push(frame('!')))
})

t.test('a frame that does not fit is refused, a smaller one behind it is taken', async (t) => {
  const { outbox } = await makeStuck({ bytes: 10 })
  t.same([outbox.push(frame('0123456789')), outbox.push(frame('abc'))], [false, true])
})

t.test('frames behind a full socket stay in order, also over several turns', async (t) => {
  const { outbox, stream } = await makeStuck()
  outbox.push(frame('a'))
  await endOfTurn()
  outbox.push(frame('b'))
  t.equal(stream.text, 'x', 'nothing passes the frame that is stuck')
  stream.open()
  outbox.push(frame('c'))
  await endOfTurn()
  t.equal(stream.text, 'xabc')
})

t.test('the socket is given one batch at a time, the rest stays here', async (t) => {
  const { outbox, stream } = await makeStuck()
  const large = Buffer.alloc(60_000)
  for (let index = 0; index < 5; index += 1) outbox.push(large)
  stream.takeOne()
  await endOfTurn()
  t.equal(stream.writableLength, 60_000)
})

t.test('the owner is told once when the socket has taken all there was', async (t) => {
  const { outbox, stream, owner } = await makeStuck()
  outbox.push(Buffer.alloc(60_000))
  outbox.push(Buffer.alloc(60_000))
  stream.takeOne()
  await endOfTurn()
  t.equal(owner.drained, 0, 'not while there is more')
  stream.open()
  await endOfTurn()
  t.equal(owner.drained, 1)
})

t.test('the whole buffer is free again after a resume', async (t) => {
  const { outbox, stream } = await makeStuck({ messages: 2 })
  outbox.push(frame('b'))
  t.notOk(outbox.push(frame('c')))
  stream.open()
  await endOfTurn()
  stream.shut()
  outbox.push(frame('y'))
  await endOfTurn()
  t.same([outbox.push(frame('d')), outbox.push(frame('e'))], [true, false])
})

t.test('a socket counts as stalled from its last progress on', async (t) => {
  const { outbox, stream } = await makeStuck()
  const { stalledSince } = outbox
  t.ok(stalledSince > 0)
  outbox.push(Buffer.alloc(60_000))
  stream.takeOne()
  await endOfTurn()
  t.ok(outbox.stalledSince > stalledSince, 'progress starts the time anew')
  stream.open()
  await endOfTurn()
  t.equal(outbox.stalledSince, 0)
})

t.test('a discarded backlog never reaches the socket and takes no room', async (t) => {
  const { outbox, stream, owner } = await makeStuck({ messages: 2 })
  outbox.push(frame('b'))
  outbox.discard()
  t.equal(outbox.stalledSince, 0)
  stream.open()
  await endOfTurn()
  t.same([stream.text, owner.drained], ['x', 0])
})

t.test('a backlog goes out in order before a close frame, whatever the limits', async (t) => {
  const { outbox, stream } = await makeStuck({ messages: 4 })
  for (const text of ['a', 'b', 'c']) outbox.push(frame(text))
  outbox.flushAll()
  stream.write('close')
  stream.open()
  await endOfTurn()
  t.equal(stream.text, 'xabcclose')
})

t.test('a backlog is dropped when the owner may not send any more, for a close frame may be out', async (t) => {
  const { outbox, stream, owner } = await makeStuck()
  outbox.push(frame('late'))
  owner.isOpen = false
  stream.open()
  await endOfTurn()
  t.same([stream.text, owner.drained], ['x', 0])
})
