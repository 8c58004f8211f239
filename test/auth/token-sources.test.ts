import t from 'tap'
import { bearerToken, findToken, type TokenSource } from '../../src/auth/token-sources.ts'

const all: TokenSource[] = ['query', 'protocol', 'header']
const everywhere = { query: 'in-query', protocols: ['bearer', 'in-protocol'], authorization: 'Bearer in-header' }

t.test('The first source of the list that holds a token decides (S0-82)', async (t) => {
  t.equal(findToken(everywhere, all), 'in-query')
  t.equal(findToken(everywhere, ['header', 'protocol', 'query']), 'in-header')
  t.equal(findToken(everywhere, ['protocol']), 'in-protocol')
})

t.test('A source without a token leaves the decision to the next (S0-82)', async (t) => {
  t.equal(findToken({ ...everywhere, query: undefined }, all), 'in-protocol')
  t.equal(findToken({ ...everywhere, query: '', protocols: ['hub.v1'] }, all), 'in-header')
  t.equal(findToken({ protocols: [], authorization: undefined }, all), undefined)
})

t.test('A source that is not listed is not read (S1-07)', async (t) => {
  t.equal(findToken(everywhere, ['header']), 'in-header')
  t.equal(findToken({ ...everywhere, authorization: undefined }, ['header']), undefined)
})

t.test('Two tokens in one query are a token that cannot be right, not none', async (t) => {
  t.equal(findToken({ ...everywhere, query: ['a', 'b'] }, all), 'a b')
})

t.test('The subprotocol entry after bearer is the token, wherever the pair stands', async (t) => {
  for (const protocols of [['bearer', 'x.y.z'], ['hub.v1', 'bearer', 'x.y.z'], ['bearer', 'x.y.z', 'hub.v1']]) {
    t.equal(findToken({ protocols }, ['protocol']), 'x.y.z', protocols.join())
  }
})

t.test('A marker with nothing behind it holds no token', async (t) => {
  t.equal(findToken({ protocols: ['hub.v1', 'bearer'], authorization: 'Bearer next' }, all), 'next')
})

t.test('A single subprotocol of three parts is a token, one of two or in company is not', async (t) => {
  t.equal(findToken({ protocols: ['e30.e30.c2ln'] }, ['protocol']), 'e30.e30.c2ln')
  t.equal(findToken({ protocols: ['e30.e30.'] }, ['protocol']), 'e30.e30.')
  t.equal(findToken({ protocols: ['hub.v1'] }, ['protocol']), undefined)
  t.equal(findToken({ protocols: ['hub.v1', 'e30.e30.c2ln'] }, ['protocol']), undefined)
})

t.test('An Authorization header counts in any case of its scheme, and only with that scheme (S1-09)', async (t) => {
  for (const header of ['Bearer abc', 'bearer abc', 'BEARER  abc ']) t.equal(bearerToken(header), 'abc', header)
  for (const header of [undefined, '', 'abc', 'Bearer', 'Bearer ', 'Basic abc', 'Bearerabc']) t.equal(bearerToken(header), undefined, String(header))
})

t.test('A header made of blanks takes no time that grows with its square', async (t) => {
  const blanks = '\u00a0'.repeat(1_000_000)
  // A search that begins anew at every blank would be busy for minutes.
  t.equal(bearerToken(`bearer${blanks}`), undefined)
  t.equal(bearerToken(`bearer ${blanks}`), undefined)
})
