import t from 'tap'
import { mayJoin, mayPublish } from '../../src/auth/grants.ts'
import type { Grants, Identity } from '../../src/auth/identity.ts'

const ROOMS = ['general', 'chat:1', 'chat:', 'chat', 'mychat:1']

/** A user whose token grants this; without an argument, one whose token says nothing of rooms. */
function userWith (grants?: Grants): Identity {
  return { userId: 'ada', name: 'ada', roles: ['user'], ...(grants && { grants }) }
}

/** The rooms of those above that the user may join, and publish to. */
function openTo (grants?: Grants): { join: string[], publish: string[] } {
  const user = userWith(grants)
  return { join: ROOMS.filter((room) => mayJoin(user, room)), publish: ROOMS.filter((room) => mayPublish(user, room)) }
}

t.test('a token that says nothing of rooms opens all', async (t) => {
  t.same(openTo(), { join: ROOMS, publish: ROOMS })
})

t.test('a list names rooms, or with a star how their names begin', async (t) => {
  t.same(openTo({ join: ['general'] }).join, ['general'])
  t.same(openTo({ join: ['chat:*'] }).join, ['chat:1', 'chat:'])
  t.same(openTo({ join: ['chat*', 'general'] }).join, ['general', 'chat:1', 'chat:', 'chat'])
  t.same(openTo({ join: ['*'] }).join, ROOMS)
})

t.test('a star in the middle, an empty text and another case open nothing', async (t) => {
  t.same(openTo({ join: ['c*t', '', 'General', '*:1', 'chat:*x'], publish: [''] }), { join: [], publish: [] })
})

t.test('without a list for joining no room may be joined', async (t) => {
  t.same(openTo({}), { join: [], publish: [] })
  t.same(openTo({ publish: ['chat:*'] }), { join: [], publish: ['chat:1', 'chat:'] })
  t.same(openTo({ join: [] }), { join: [], publish: [] })
})

t.test('without a list for publishing it is allowed wherever one may join, with one only there', async (t) => {
  t.same(openTo({ join: ['general'] }).publish, ['general'])
  t.same(openTo({ join: ['*'], publish: ['general'] }), { join: ROOMS, publish: ['general'] })
  t.same(openTo({ join: ['*'], publish: [] }), { join: ROOMS, publish: [] })
})
