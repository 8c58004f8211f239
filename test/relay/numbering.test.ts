import t from 'tap'
import { Numbering, type NumberingOptions } from '../../src/relay/numbering.ts'

const TTL_MS = 1_000

function makeNumbering (options: Partial<NumberingOptions> = {}): Numbering {
  return new Numbering({ maxStreams: 100, positionTtlMs: TTL_MS, ...options })
}

/** Numbers many topics that nobody listens to. */
function fill (numbering: Numbering, count: number, nowMs = 0): void {
  for (let index = 0; index < count; index += 1) numbering.next([`room:${index}`], nowMs)
}

t.test('each topic is numbered by itself, from 1 on', async (t) => {
  const numbering = makeNumbering()
  t.same(['a', 'a', 'b'].flatMap((topic) => numbering.next([topic], 0)).map((position) => position?.seq), [1, 2, 1])
  t.equal(numbering.position('a', 0).seq, 2)
  t.equal(numbering.position('c', 0).seq, 0)
})

t.test('the topics of a message are numbered together, but for single connections', async (t) => {
  const numbering = makeNumbering()
  numbering.next(['a'], 0)
  t.same(numbering.next(['connection:7', 'a', 'b'], 0).map((position) => position?.seq), [undefined, 2, 1])
  t.equal(numbering.size, 2)
})

t.test('names that clients make up do not fill the memory, and a forgotten numbering begins a new epoch', async (t) => {
  const numbering = makeNumbering()
  const [first] = numbering.next(['room:0'], 0)
  fill(numbering, 10_000)
  t.ok(numbering.size <= 100)
  const [again] = numbering.next(['room:0'], 0)
  t.equal(again?.seq, 1)
  t.not(again?.epoch, first?.epoch)
})

t.test('no numbering of a message goes while the message is under way', async (t) => {
  const forgotten: string[] = []
  const numbering = makeNumbering({ maxStreams: 10, onForgotten: (topic) => forgotten.push(topic) })
  fill(numbering, 9)
  const topics = ['room:0', ...Array.from({ length: 20 }, (_, index) => `user:${index}`)]
  t.same(numbering.next(topics, 0).map((position) => position?.seq), [2, ...Array.from({ length: 20 }, () => 1)])
  t.same(forgotten, [])
  numbering.next(['room:new'], 0)
  t.ok(forgotten.length > 0)
})

t.test('the numbering of a topic with listeners is never forgotten', async (t) => {
  const forgotten: string[] = []
  const numbering = makeNumbering({ maxStreams: 10, onForgotten: (topic) => forgotten.push(topic) })
  numbering.watch('room:live', 0)
  const [first] = numbering.next(['room:live'], 0)
  fill(numbering, 1_000)
  numbering.sweep(10 * TTL_MS)
  t.same(numbering.next(['room:live'], 0), [{ epoch: first?.epoch, seq: 2 }])
  t.notOk(forgotten.includes('room:live'))
  numbering.unwatch('room:live')
  numbering.sweep(10 * TTL_MS)
  t.equal(numbering.size, 0)
  t.equal(forgotten.at(-1), 'room:live')
})

t.test('a topic with listeners stays in its epoch before its first message, whatever goes meanwhile and however long it takes', async (t) => {
  const numbering = makeNumbering({ maxStreams: 10 })
  numbering.watch('room:quiet', 0)
  const place = numbering.position('room:quiet', 0)
  fill(numbering, 1_000)
  t.same(numbering.position('room:quiet', 0), place, 'numberings went before their time')
  numbering.sweep(10 * TTL_MS)
  numbering.watch('room:quiet', 10 * TTL_MS)
  t.same(numbering.position('room:quiet', 10 * TTL_MS), place, 'periods went by')
  t.not(numbering.position('room:unwatched', 10 * TTL_MS).epoch, place.epoch)
  t.equal(numbering.size, 0, 'it takes no numbering')
  t.same(numbering.next(['room:quiet'], 10 * TTL_MS), [{ epoch: place.epoch, seq: 1 }])
  t.same(numbering.next(['room:quiet'], 12 * TTL_MS), [{ epoch: place.epoch, seq: 2 }])
})

t.test('who listens to a numbering that goes on stays in its epoch, who listens after it was forgotten gets another', async (t) => {
  const numbering = makeNumbering()
  const [first] = numbering.next(['room:a'], 0)
  numbering.next(['room:a'], 900)
  numbering.watch('room:a', 1_800)
  numbering.sweep(5_000)
  t.same(numbering.position('room:a', 5_000), { epoch: first?.epoch, seq: 2 })
  numbering.unwatch('room:a')
  numbering.sweep(5_000)
  numbering.watch('room:a', 5_000)
  t.equal(numbering.position('room:a', 5_000).seq, 0)
  t.not(numbering.position('room:a', 5_000).epoch, first?.epoch)
})

t.test('a numbering outlives its last message for a while, not its first', async (t) => {
  const numbering = makeNumbering()
  const [first] = numbering.next(['a'], 0)
  numbering.next(['a'], 700)
  numbering.sweep(1_600)
  t.same(numbering.position('a', 1_600), { epoch: first?.epoch, seq: 2 })
  numbering.sweep(1_800)
  t.equal(numbering.position('a', 1_800).seq, 0)
})

t.test('a quiet topic stays where it is while others are forgotten', async (t) => {
  const numbering = makeNumbering()
  numbering.next(['old'], 0)
  numbering.next(['other'], 1_400)
  const [quiet, unused] = [numbering.position('other', 1_400), numbering.position('unused', 1_400)]
  numbering.sweep(1_500)
  t.equal(numbering.position('old', 1_500).seq, 0)
  t.same([numbering.position('other', 1_500), numbering.position('unused', 1_500)], [quiet, unused])
  t.same(numbering.next(['unused'], 1_600), [{ epoch: unused.epoch, seq: 1 }], 'and goes on from there')
})

t.test('a numbering in use keeps its epoch however long it lasts', async (t) => {
  const numbering = makeNumbering()
  const epochs = new Set<string | undefined>()
  for (let nowMs = 0; nowMs < 20 * TTL_MS; nowMs += 900) {
    numbering.sweep(nowMs)
    epochs.add(numbering.next(['a'], nowMs)[0]?.epoch)
  }
  t.equal(epochs.size, 1)
})

t.test('an epoch never comes back for a topic, whenever it falls silent', async (t) => {
  const numbering = makeNumbering()
  const epochs: Array<string | undefined> = []
  let nowMs = 0
  for (let silence = 1; silence <= 50; silence += 1) {
    epochs.push(numbering.next(['a'], nowMs)[0]?.epoch)
    nowMs += TTL_MS + silence
    numbering.sweep(nowMs)
  }
  t.equal(new Set(epochs).size, 50)
})

t.test('the numberings of two processes do not share an epoch', async (t) => {
  t.not(makeNumbering().position('a', 0).epoch, makeNumbering().position('a', 0).epoch)
})

t.test('many topics with listeners do not make every new one dear', async (t) => {
  const numbering = makeNumbering({ maxStreams: 10 })
  for (let index = 0; index < 20_000; index += 1) {
    numbering.watch(`room:${index}`, 0)
    numbering.next([`room:${index}`], 0)
  }
  t.equal(numbering.size, 20_000)
})
