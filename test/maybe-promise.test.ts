import t from 'tap'
import { andThen, attempt, isPromise } from '../src/maybe-promise.ts'

t.test('A step that has nothing to wait for is done at once, and its failure is mended at once', async (t) => {
  t.equal(attempt(() => 7, () => 0), 7)
  t.equal(attempt(() => { throw new Error('broken') }, String), 'Error: broken')
})

t.test('A step that has to wait is waited for, and its failure is mended then', async (t) => {
  const later = attempt(async () => 7, () => 0)
  t.ok(isPromise(later))
  t.equal(await later, 7)
  t.equal(await attempt(async () => { throw new Error('broken') }, String), 'Error: broken')
})

t.test('What a mend throws is thrown at once, or rejected later', async (t) => {
  const mend = (error: unknown): never => { throw new Error('worse', { cause: error }) }
  t.throws(() => attempt(() => { throw new Error('broken') }, mend), { message: 'worse', cause: { message: 'broken' } })
  await t.rejects(async () => await attempt(async () => { throw new Error('broken') }, mend), { message: 'worse', cause: { message: 'broken' } })
})

t.test('What comes next happens in the same turn where the value is there', async (t) => {
  t.equal(andThen(20, (value) => value + 1), 21)
  t.equal(await andThen(Promise.resolve(20), (value) => value + 1), 21)
})
