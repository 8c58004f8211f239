import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { Flusher } from '../../src/hub/flusher.ts'
import { makeOutbox } from '../support/outbox-fixture.ts'

const frame = (text: string) => Buffer.from(text)

t.test('the frames of one turn leave in one write, in the order pushed', async (t) => {
  const { outbox, stream } = makeOutbox()
  for (const text of ['a', 'b', 'c']) outbox.push(frame(text))
  t.same(stream.chunks, [], 'nothing leaves before the end of the turn')
  await endOfTurn()
  t.same(stream.chunks.map(String), ['abc'])
})

t.test('each turn has its own write', async (t) => {
  const { outbox, stream } = makeOutbox()
  outbox.push(frame('a'))
  await endOfTurn()
  outbox.push(frame('b'))
  await endOfTurn()
  t.same(stream.chunks.map(String), ['a', 'b'])
})

t.test('members with the same frames are written the very same bytes (S0-68)', async (t) => {
  const flusher = new Flusher()
  const [one, other] = [makeOutbox({ flusher }), makeOutbox({ flusher })]
  for (const shared of [frame('a'), frame('b')]) {
    one.outbox.push(shared)
    other.outbox.push(shared)
  }
  await endOfTurn()
  t.equal(one.stream.chunks[0], other.stream.chunks[0])
})

t.test('a list as long as the buffer leaves before the turn ends', async (t) => {
  const { outbox, stream } = makeOutbox({ messages: 2 })
  for (const text of ['a', 'b', 'c']) outbox.push(frame(text))
  t.same(stream.chunks.map(String), ['ab'])
  await endOfTurn()
  t.same(stream.chunks.map(String), ['ab', 'c'])
})

t.test('a list with as many bytes as the buffer leaves before the turn ends', async (t) => {
  const { outbox, stream } = makeOutbox({ bytes: 4 })
  outbox.push(frame('abc'))
  t.same(stream.chunks, [])
  outbox.push(frame('d'))
  t.same(stream.chunks.map(String), ['abcd'])
})

t.test('frames that wait for the flush of their turn never count against the buffer', async (t) => {
  const { outbox, stream } = makeOutbox({ messages: 4 })
  const taken = Array.from({ length: 1_000 }, (_, index) => outbox.push(frame(`${index},`)))
  await endOfTurn()
  t.ok(taken.every(Boolean))
  t.equal(stream.text, Array.from({ length: 1_000 }, (_, index) => `${index},`).join(''))
})

t.test('a frame larger than the whole buffer passes while the socket takes it', async (t) => {
  const { outbox, stream } = makeOutbox({ bytes: 4 })
  t.ok(outbox.push(frame('longer than four bytes')))
  t.equal(stream.text, 'longer than four bytes')
})

t.test('what waits is forgotten when it is discarded', async (t) => {
  const { outbox, stream } = makeOutbox()
  outbox.push(frame('a'))
  outbox.discard()
  await endOfTurn()
  t.same(stream.chunks, [])
})

t.test('all that waits goes out at once before a close frame', async (t) => {
  const { outbox, stream } = makeOutbox()
  outbox.push(frame('a'))
  outbox.push(frame('b'))
  outbox.flushAll()
  stream.write('close')
  await endOfTurn()
  t.equal(stream.text, 'abclose')
})

t.test('frames for a socket that is gone vanish without a fault', async (t) => {
  const { outbox, stream } = makeOutbox()
  stream.destroy()
  t.ok(outbox.push(frame('a')))
  await endOfTurn()
  outbox.flushAll()
  t.same(stream.chunks, [])
})

t.test('nothing is written once the owner may not send any more', async (t) => {
  const { outbox, stream, owner } = makeOutbox()
  outbox.push(frame('a'))
  owner.isOpen = false
  await endOfTurn()
  outbox.push(frame('b'))
  outbox.flushAll()
  t.same(stream.chunks, [])
})
