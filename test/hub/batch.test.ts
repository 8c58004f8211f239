import fc from 'fast-check'
import t from 'tap'
import { joinFrames, MAX_BATCH_BYTES } from '../../src/hub/batch.ts'

const frame = (text: string) => Buffer.from(text)

t.test('frames are joined in order into one write', async (t) => {
  const batches = joinFrames([frame('a'), frame('bc'), frame('d')])
  t.same(batches.map(({ bytes, messages }) => [bytes.toString(), messages]), [['abcd', 3]])
})

t.test('a single frame is written as it is, without a copy', async (t) => {
  const only = frame('a')
  t.equal(joinFrames([only])[0]?.bytes, only)
})

t.test('nothing makes no batch', async (t) => {
  t.same(joinFrames([]), [])
})

t.test('a batch is as large as the bound, never a byte more', async (t) => {
  const half = Buffer.alloc(MAX_BATCH_BYTES / 2)
  const sizes = (frames: Buffer[]) => joinFrames(frames).map(({ bytes }) => bytes.length)
  t.same(sizes([half, half]), [MAX_BATCH_BYTES])
  t.same(sizes([half, half, frame('x')]), [MAX_BATCH_BYTES, 1])
})

t.test('a frame above the bound makes a batch of its own', async (t) => {
  const large = Buffer.alloc(MAX_BATCH_BYTES + 1)
  t.same(joinFrames([frame('a'), large, frame('b')]).map(({ messages }) => messages), [1, 1, 1])
})

t.test('batches hold exactly the given frames, whatever their sizes', async () => {
  const sizes = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 * MAX_BATCH_BYTES })), { maxLength: 12 })
  fc.assert(fc.property(sizes, (lengths) => {
    const frames = lengths.map((length, index) => Buffer.alloc(length, index))
    const batches = joinFrames(frames)
    const messages = batches.reduce((sum, batch) => sum + batch.messages, 0)
    return messages === frames.length && Buffer.concat(batches.map(({ bytes }) => bytes)).equals(Buffer.concat(frames))
  }), { numRuns: 60 })
})
