import t from 'tap'
import { HubError, HubUsageError, toHubError } from '../src/errors.ts'

t.test('a HubError stays itself', async (t) => {
  const error = new HubError('NOT_IN_ROOM', 'you must join the room first')
  t.equal(toHubError(error), error)
})

t.test('any other error becomes INTERNAL_ERROR, with itself as cause', async (t) => {
  const cause = new TypeError('no such thing')
  t.match(toHubError(cause), { name: 'HubError', code: 'INTERNAL_ERROR', message: 'no such thing', cause, statusCode: 500 })
})

t.test('what is no error becomes one that shows it', async (t) => {
  const cases: Array<[unknown, RegExp]> = [['text', /text/], [undefined, /undefined/], [{ a: 1 }, /a: 1/], [Object.create(null), /null prototype/], [Symbol('s'), /Symbol\(s\)/]]
  for (const [thrown, text] of cases) {
    const { code, cause } = toHubError(thrown)
    t.equal(code, 'INTERNAL_ERROR')
    t.match(cause instanceof Error && cause.message, text)
  }
})

t.test('a misuse of the interface has a code of its own', async (t) => {
  t.match(new HubUsageError('HUB_ERR_TYPE_TAKEN', 'taken'), { name: 'HubUsageError', code: 'HUB_ERR_TYPE_TAKEN', message: 'taken' })
})
