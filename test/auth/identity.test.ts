import t from 'tap'
import { guestIdentity, hasRole, toIdentity } from '../../src/auth/identity.ts'

const names = { user: ['sub', 'user_id'], name: 'name', role: 'role' }
const exp = 2_000_000_000
const refused = { code: 'UNAUTHORIZED' }

t.test('Claims give user id, name and role (S0-81, S0-85)', async (t) => {
  const identity = toIdentity({ sub: 'u1', name: 'Ada', role: 'driver', exp }, names)
  t.strictSame(identity, { userId: 'u1', name: 'Ada', roles: ['driver'], expiresAtMs: exp * 1000 })
})

t.test('The user id stands in sub, else in user_id (S1-05, S4-20)', async (t) => {
  t.equal(toIdentity({ sub: 'a', user_id: 'b', exp }, names).userId, 'a')
  t.equal(toIdentity({ user_id: 'b', exp }, names).userId, 'b')
  t.equal(toIdentity({ sub: null, user_id: 'b', exp }, names).userId, 'b')
})

t.test('A number is a user id too, and a string from then on', async (t) => {
  t.equal(toIdentity({ user_id: 42, exp }, names).userId, '42')
  t.equal(toIdentity({ sub: 0, exp }, names).userId, '0')
})

t.test('A number that JSON cannot tell from its neighbours is no user id', async (t) => {
  t.throws(() => toIdentity({ sub: 2 ** 53, exp }, names), refused)
})

t.test('A claim that is there but no id is refused, without a look at the next', async (t) => {
  for (const sub of ['', {}, [], true, 1.5, Number.NaN, 'x'.repeat(257)]) {
    t.throws(() => toIdentity({ sub, user_id: 'b', exp }, names), refused, JSON.stringify(sub))
  }
})

t.test('A token without a user id is refused', async (t) => {
  t.throws(() => toIdentity({ name: 'Ada', exp }, names), refused)
  for (const claims of [undefined, null, 'ada', []]) t.throws(() => toIdentity(claims, names), refused)
})

t.test('The name is the id where the token gives none', async (t) => {
  for (const name of [undefined, '', 7, {}]) t.equal(toIdentity({ sub: 'u1', name, exp }, names).name, 'u1')
})

t.test('The role is user where the token gives none (S4-20)', async (t) => {
  for (const role of [undefined, '', [], 7, { admin: true }]) t.strictSame(toIdentity({ sub: 'u1', role, exp }, names).roles, ['user'])
})

t.test('role and roles are one list, each role once, the one of role first', async (t) => {
  t.strictSame(toIdentity({ sub: 'u', role: 'driver', roles: ['admin', 'driver', 3, ''], exp }, names).roles, ['driver', 'admin'])
  t.strictSame(toIdentity({ sub: 'u', roles: 'admin', exp }, names).roles, ['admin'])
  t.strictSame(toIdentity({ sub: 'u', role: ['a', 'b'], roles: ['c'], exp }, names).roles, ['a', 'b', 'c'])
})

t.test('The claims may have other names', async (t) => {
  const own = { user: ['uid'], name: 'nick', role: 'https://example.com/role' }
  const identity = toIdentity({ uid: 'u1', sub: 'x', nick: 'Ada', 'https://example.com/role': 'driver', exp }, own)
  t.match(identity, { userId: 'u1', name: 'Ada', roles: ['driver'] })
})

t.test('A token without an end that can be reached is refused', async (t) => {
  for (const end of [undefined, null, '2000000000', 1e20, Number.POSITIVE_INFINITY, Number.NaN, [exp]]) {
    t.throws(() => toIdentity({ sub: 'u', exp: end }, names), refused, JSON.stringify(end))
  }
})

t.test('A token may say which rooms it opens', async (t) => {
  const grantsOf = (rooms: unknown) => toIdentity({ sub: 'u', rooms, exp }, names).grants
  t.strictSame(grantsOf({ join: ['chat:*'], publish: ['chat:1', '*'] }), { join: ['chat:*'], publish: ['chat:1', '*'] })
  t.strictSame(grantsOf({ join: [] }), { join: [] })
  t.strictSame(grantsOf({ publish: ['a'], later: 1 }), { publish: ['a'] })
  t.strictSame(grantsOf({}), {})
  t.notOk('grants' in toIdentity({ sub: 'u', exp }, names))
})

t.test('A token is refused that says it in a way that cannot be read', async (t) => {
  const lists = ['chat:*', null, true, 7, {}, { 0: 'a' }, [7], ['a', null], [['a']]]
  for (const rooms of ['chat:*', null, true, 7, ['chat:*'], [], ...lists.flatMap((list) => [{ join: list }, { join: ['a'], publish: list }])]) {
    t.throws(() => toIdentity({ sub: 'u', rooms, exp }, names), refused, JSON.stringify(rooms))
  }
})

t.test('A token may have an id; one that cannot be read refuses it', async (t) => {
  t.strictSame(toIdentity({ sub: 'u', exp, jti: 'a1' }, names), { userId: 'u', name: 'u', roles: ['user'], expiresAtMs: exp * 1000, tokenId: 'a1' })
  t.equal(toIdentity({ sub: 'u', exp, jti: 'x'.repeat(256) }, names).tokenId?.length, 256)
  for (const jti of ['', 'x'.repeat(257), '\ud800', null, 7, true, ['a'], {}]) t.throws(() => toIdentity({ sub: 'u', exp, jti }, names), refused, JSON.stringify(jti))
})

t.test('A guest is called by its client id and has the role guest', async (t) => {
  t.strictSame(guestIdentity('c1'), { userId: 'c1', name: 'c1', roles: ['guest'] })
})

t.test('One role of a list is enough', async (t) => {
  const identity = toIdentity({ sub: 'u', role: 'driver', roles: ['admin'], exp }, names)
  t.ok(hasRole(identity, ['superadmin', 'admin']))
  t.notOk(hasRole(identity, ['superadmin']))
  t.notOk(hasRole(identity, []))
})
