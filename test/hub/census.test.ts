import t from 'tap'
import { enter, startHub } from '../support/test-hub.ts'
import { until } from '../helper.ts'

t.test('a user with several connections counts once, its connections each (S3-04, S4-03)', async (t) => {
  const service = await startHub(t)
  const { census } = service.hub
  await enter(t, service, 'ada')
  const tab = await enter(t, service, 'ada')
  await enter(t, service, 'bob')
  t.same([census.userCount, census.ofUser('ada'), census.fromAddress('127.0.0.1')], [2, 2, 3])
  await tab.close()
  await until(() => census.ofUser('ada') === 1)
  t.same(census.userIds(), ['ada', 'bob'])
})

t.test('a connection counts in each of its roles (S1-68, S3-27)', async (t) => {
  const service = await startHub(t)
  await enter(t, service, 'ada', { roles: ['admin', 'user'] })
  await enter(t, service, 'bob', { roles: ['user'] })
  t.same(service.hub.census.byRole(), { admin: 1, user: 2 })
})

t.test('users, roles and addresses without connections are forgotten', async (t) => {
  const service = await startHub(t)
  const { census } = service.hub
  const ada = await enter(t, service, 'ada', { roles: ['admin'] })
  await ada.close()
  await until(() => service.hub.size === 0)
  t.same([census.userCount, census.byRole(), census.fromAddress('127.0.0.1'), census.ofUser('ada')], [0, {}, 0, 0])
})

t.test('a role or user with the name of an object property counts like any other', async (t) => {
  const service = await startHub(t)
  await enter(t, service, '__proto__', { roles: ['constructor'] })
  t.same(service.hub.census.userIds(), ['__proto__'])
  t.same(Object.entries(service.hub.census.byRole()), [['constructor', 1]])
})
