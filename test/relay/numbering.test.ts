import t from 'tap'
import { monotonicMs } from '../../src/clock.ts'
import { Numbering } from '../../src/relay/numbering.ts'

t.test('each topic is numbered by itself, from 1 on', async (t) => {
  const numbering = new Numbering(10)
  t.same(['a', 'a', 'b'].map((topic) => numbering.next(topic).seq), [1, 2, 1])
  t.equal(numbering.position('a').seq, 2)
  t.equal(numbering.position('c').seq, 0)
})

t.test('names that clients make up do not fill the memory, and a forgotten numbering begins a new epoch', async (t) => {
  const numbering = new Numbering(100)
  const first = numbering.next('room:0')
  for (let index = 1; index < 10_000; index += 1) numbering.next(`room:${index}`)
  t.ok(numbering.size <= 100)
  const again = numbering.next('room:0')
  t.equal(again.seq, 1)
  t.not(again.epoch, first.epoch)
})

t.test('the numbering of a topic with listeners is never forgotten', async (t) => {
  const numbering = new Numbering(10)
  numbering.watch('room:live')
  const first = numbering.next('room:live')
  for (let index = 0; index < 1_000; index += 1) numbering.next(`room:${index}`)
  numbering.forget(monotonicMs() + 1)
  t.same(numbering.next('room:live'), { epoch: first.epoch, seq: 2 })
  numbering.unwatch('room:live')
  numbering.forget(monotonicMs() + 1)
  t.equal(numbering.size, 0)
})

t.test('many topics with listeners do not make every new one dear', async (t) => {
  const numbering = new Numbering(10)
  for (let index = 0; index < 20_000; index += 1) {
    numbering.watch(`room:${index}`)
    numbering.next(`room:${index}`)
  }
  t.equal(numbering.size, 20_000)
})
