import fc from 'fast-check'
import t from 'tap'
import { FrameChain } from '../../src/hub/frame-chain.ts'

const frame = (text: string) => Buffer.from(text)
const textOf = ({ batches }: FrameChain) => batches.map(({ bytes }) => bytes.toString()).join('')

/** The chain of these frames, begun with `first`. */
function chainOf (first: FrameChain, ...frames: Buffer[]): FrameChain {
  return frames.reduce((chain, next) => chain.add(next), first)
}

t.test('who waits for the same frames holds the same chain and the very same bytes (S0-68)', async (t) => {
  const first = new FrameChain().add(frame('a'))
  const [b, c] = [frame('b'), frame('c')]
  const [one, other] = [first.add(b), first.add(b)]
  t.equal(one.add(c), other.add(c))
  t.equal(one.add(c).batches, other.add(c).batches)
})

t.test('chains that differ in one frame, in order or in length are apart', async (t) => {
  const first = new FrameChain().add(frame('x'))
  const [a, b, c] = [frame('a'), frame('b'), frame('c')]
  const texts = [chainOf(first, a, b), chainOf(first, b, a), chainOf(first, a, c), chainOf(first, a), first].map(textOf)
  t.same(texts, ['xab', 'xba', 'xac', 'xa', 'x'])
})

t.test('a chain that went on does not change for those who stay behind', async (t) => {
  const first = new FrameChain().add(frame('a'))
  t.equal(textOf(first), 'a')
  const longer = first.add(frame('b'))
  t.same([textOf(first), textOf(longer)], ['a', 'ab'])
})

t.test('members of several kinds, one after the other in any order, share with their kind', async (t) => {
  const empty = new FrameChain()
  const frames = [frame('plain'), frame('packed'), frame('other')]
  const chains = [...frames, ...frames, ...frames.reverse()].map((next) => empty.add(next))
  t.equal(new Set(chains).size, 3)
})

t.test('a single frame is written as it is, without a copy', async (t) => {
  const only = frame('a')
  t.equal(new FrameChain().add(only).batches[0]?.bytes, only)
})

t.test('a chain knows how many messages and bytes it has, whatever was added', async () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 }), (lengths) => {
    const chain = chainOf(new FrameChain(), ...lengths.map((length) => Buffer.alloc(length)))
    const sum = (of: 'messages' | 'length') => chain.batches.reduce((total, { bytes, messages }) => total + (of === 'length' ? bytes.length : messages), 0)
    return chain.messages === lengths.length && sum('messages') === chain.messages && sum('length') === chain.bytes
  }))
})
