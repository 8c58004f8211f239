import t from 'tap'
import { topicsOf } from '../../src/hub/targets.ts'
import { connectionOf, roomOfTopic, roomTopic, userTopic } from '../../src/hub/topics.ts'

t.test('everybody is one topic', async (t) => {
  t.same(topicsOf('all'), ['all'])
})

t.test('users come before rooms, rooms before roles', async (t) => {
  const target = { roles: ['admin'], rooms: ['general'], users: ['ada', 'bob'], connections: ['c1'] }
  t.same(topicsOf(target), ['user:ada', 'user:bob', 'room:general', 'role:admin', 'connection:c1'])
})

t.test('a name given twice is one topic', async (t) => {
  t.same(topicsOf({ users: ['ada', 'ada'] }), ['user:ada'])
})

t.test('the same name as user, room and role makes three topics', async (t) => {
  t.equal(topicsOf({ users: ['x'], rooms: ['x'], roles: ['x'] }).length, 3)
})

t.test('a topic gives back the name it was made of, whatever the name holds', async (t) => {
  t.equal(roomOfTopic(roomTopic('room:a:b')), 'room:a:b')
  t.equal(roomOfTopic(userTopic('room:a')), undefined)
  t.equal(connectionOf('connection:7'), '7')
  t.equal(connectionOf(userTopic('connection:7')), undefined)
})
