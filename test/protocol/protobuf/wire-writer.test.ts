import t from 'tap'
import { textSize, WireWriter } from '../../../src/protocol/protobuf/wire-writer.ts'

t.test('numbers take as many bytes as they need', async (t) => {
  const writer = new WireWriter()
  for (const value of [0, 127, 128, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    writer.number(1, value)
    t.same([...writer.take()], [0x08, ...varint(value)], String(value))
  }
})

t.test('a text is written with its length in bytes', async (t) => {
  const writer = new WireWriter()
  for (const text of ['', 'hello', 'Grüße 👋', '€'.repeat(50), 'x'.repeat(300)]) {
    writer.text(2, text)
    t.same(writer.take(), Buffer.from([0x12, ...varint(Buffer.byteLength(text)), ...Buffer.from(text)]))
    t.equal(textSize(text), 1 + varint(Buffer.byteLength(text)).length + Buffer.byteLength(text))
  }
})

t.test('a message is whole whatever its size, and the next one is not touched by it', async (t) => {
  const writer = new WireWriter()
  const long = 'y'.repeat(1_000_000)
  writer.number(1, 1)
  writer.text(2, 'small')
  writer.text(3, long)
  writer.number(4, 4)
  const first = writer.take()
  writer.text(2, 'next')
  const second = writer.take()
  t.equal(first.length, 2 + 7 + 4 + long.length + 2)
  t.equal(first.toString('latin1', first.length - 4), 'yy\x20\x04')
  t.same(second, Buffer.from('\x12\x04next'))
})

t.test('a message within the message has its length before it', async (t) => {
  const writer = new WireWriter()
  writer.begin(6, textSize('ada') + textSize('Ada'))
  writer.text(1, 'ada')
  writer.text(2, 'Ada')
  t.same(writer.take(), Buffer.from('\x32\x0a\x0a\x03ada\x12\x03Ada'))
})

function varint (value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))]
}
