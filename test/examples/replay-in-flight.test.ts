import t from 'tap'
import { InFlight } from '../../examples/replay/in-flight.ts'

t.test('a wait ends as soon as few enough messages are under way', async (t) => {
  const flight = new InFlight()
  flight.opened()
  flight.opened()
  await flight.below(3)
  let done = false
  const waiting = flight.below(1).then(() => { done = true })
  flight.closed()
  await Promise.resolve()
  t.notOk(done)
  flight.closed()
  await waiting
  t.ok(done)
})

t.test('a failure ends the present wait and all later ones', async (t) => {
  const flight = new InFlight()
  flight.opened()
  const waiting = flight.below(1)
  flight.fail(new Error('first'))
  flight.fail(new Error('second'))
  await t.rejects(waiting, { message: 'first' })
  await t.rejects(flight.below(9), { message: 'first' })
})

t.test('a wait in which nothing arrives fails', async (t) => {
  const flight = new InFlight(15)
  flight.opened()
  await t.rejects(flight.below(1), { message: /nothing arrived .* 1 messages under way/ })
})
