import t from 'tap'
import { answerProtocol, isProtocolList, offeredDialect, parseProtocols } from '../../src/auth/subprotocol.ts'

const known = new Set(['hub.v1', 'chat.v2'])

t.test('A header is taken apart at its commas, without blanks and empty entries', async (t) => {
  t.strictSame(parseProtocols(' hub.v1,bearer ,\ttoken,,'), ['hub.v1', 'bearer', 'token'])
  t.strictSame(parseProtocols(undefined), [])
})

t.test('The first known dialect is the dialect, others are ignored', async (t) => {
  t.equal(offeredDialect(['wamp', 'chat.v2', 'hub.v1'], known), 'chat.v2')
  t.equal(offeredDialect(['wamp'], known), undefined)
})

t.test('The entry after bearer is no dialect, even when it has the name of one', async (t) => {
  t.equal(offeredDialect(['bearer', 'hub.v1'], known), undefined)
  t.equal(offeredDialect(['bearer', 'hub.v1', 'chat.v2'], known), 'chat.v2')
})

t.test('The answer is the dialect if one was offered, else bearer, never the token', async (t) => {
  t.equal(answerProtocol(['bearer', 'e30.e30.x', 'hub.v1'], known), 'hub.v1')
  t.equal(answerProtocol(['bearer', 'e30.e30.x'], known), 'bearer')
  t.equal(answerProtocol(['bearer', 'hub.v1'], known), 'bearer')
  t.equal(answerProtocol(['e30.e30.x'], known), false)
  t.equal(answerProtocol(['wamp'], known), false)
})

t.test('A list with a name twice, an empty entry or a bad character is no list of subprotocols', async (t) => {
  t.ok(isProtocolList('hub.v1'))
  t.ok(isProtocolList('bearer ,\tey-J_x.y.z , hub.v1'))
  for (const header of ['', 'a,,b', 'a,', 'a b', 'hub.v1, hub.v1', 'a@b', 'a;b', 'a\u00a0,b', 'é']) t.notOk(isProtocolList(header), header)
})
