import t from 'tap'
import { FrameParser, HEAD_BYTES, MAX_WHOLE_BYTES } from '../../bench/load/frame-parser.ts'
import { encodeTextFrame } from '../../src/hub/frame.ts'

t.test('a frame is found whatever the form of its length', async (t) => {
  for (const length of [0, 1, 125, 126, 127, MAX_WHOLE_BYTES]) {
    const text = 'x'.repeat(length)
    t.strictSame(parse([encodeTextFrame(text)]), [`1 ${text}`], `${length} bytes`)
  }
})

t.test('several frames of one chunk come out in order', async (t) => {
  const chunk = Buffer.concat([encodeTextFrame('a'), Buffer.from([0x89, 1, 0x70]), encodeTextFrame('b'.repeat(200))])
  t.strictSame(parse([chunk]), ['1 a', '9 p', `1 ${'b'.repeat(200)}`])
})

t.test('frames are put together wherever a chunk ends', async (t) => {
  const bytes = Buffer.concat([encodeTextFrame('first'), encodeTextFrame('s'.repeat(130)), encodeTextFrame('third')])
  for (let cut = 0; cut <= bytes.length; cut++) {
    t.strictSame(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), ['1 first', `1 ${'s'.repeat(130)}`, '1 third'], `cut at ${cut}`)
  }
})

t.test('frames are put together from single bytes', async (t) => {
  const bytes = Buffer.concat([encodeTextFrame('ab'), encodeTextFrame('c'.repeat(126))])
  t.strictSame(parse([...bytes].map((byte) => Buffer.from([byte]))), ['1 ab', `1 ${'c'.repeat(126)}`])
})

t.test('a chunk whose memory is used again does not change a frame that began in it', async (t) => {
  const memory = Buffer.alloc(64)
  const frames: string[] = []
  const parser = parserInto(frames)
  const bytes = encodeTextFrame('kept')
  bytes.copy(memory, 0, 0, 4)
  parser.push(memory, 0, 4)
  memory.fill(0)
  bytes.copy(memory, 0, 4)
  parser.push(memory, 0, bytes.length - 4)
  t.strictSame(frames, ['1 kept'])
})

t.test('of a long frame that comes in pieces the head is told and the rest skipped', async (t) => {
  const long = encodeTextFrame('l'.repeat(70_000))
  const bytes = Buffer.concat([long, encodeTextFrame('next')])
  const pieces = [bytes.subarray(0, 100), bytes.subarray(100, 1_000), bytes.subarray(1_000, 69_000), bytes.subarray(69_000)]
  const [first = '', ...others] = parse(pieces)
  t.ok(first.length >= HEAD_BYTES, 'the head')
  t.match(first, /^1 l+$/)
  t.strictSame(others, ['1 next'])
})

t.test('what a server must not send is refused', async (t) => {
  t.throws(() => parse([Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61])]), /masked/)
  t.throws(() => parse([Buffer.from([0xc1, 0x01, 0x61])]), /reserved bit/)
  t.throws(() => parse([Buffer.from([0x01, 0x01, 0x61])]), /fragmented/)
  t.throws(() => parse([Buffer.from([0x89, 0x7e, 0, 126])]), /control frame/)
})

function parse (chunks: readonly Buffer[]): string[] {
  const frames: string[] = []
  const parser = parserInto(frames)
  for (const chunk of chunks) parser.push(chunk, 0, chunk.length)
  return frames
}

function parserInto (frames: string[]): FrameParser {
  return new FrameParser({
    onFrame (opcode, bytes, start, end) { frames.push(`${opcode} ${bytes.toString('utf8', start, end)}`) }
  })
}
