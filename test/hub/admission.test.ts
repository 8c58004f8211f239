import t from 'tap'
import { Admission, type AdmissionLimits } from '../../src/hub/admission.ts'
import { enter, startHub, type TestHub } from '../support/test-hub.ts'

const noLimits: AdmissionLimits = { maxConnections: 0, maxConnectionsPerUser: 0, userLimitPolicy: 'replace', maxConnectionsPerIp: 0 }
const ada = { userId: 'ada', name: 'ada', roles: ['user'] }

const admissionOf = ({ hub }: TestHub, limits: Partial<AdmissionLimits>) => new Admission(hub, { ...noLimits, ...limits })

t.test('without limits nobody is refused', async (t) => {
  const service = await startHub(t)
  await enter(t, service, 'ada')
  const admission = admissionOf(service, {})
  t.same([admission.nodeProblem(), admission.clientProblem(ada, '127.0.0.1'), admission.makeRoom(ada)], [undefined, undefined, []])
})

t.test('a node takes as many connections as its limit (S2-22, S2-44)', async (t) => {
  const service = await startHub(t)
  const admission = admissionOf(service, { maxConnections: 2 })
  await enter(t, service, 'ada')
  t.equal(admission.nodeProblem(), undefined)
  await enter(t, service, 'bob')
  t.equal(admission.nodeProblem(), 'server is at maximum capacity')
})

t.test('an address has as many connections as its limit', async (t) => {
  const service = await startHub(t)
  const admission = admissionOf(service, { maxConnectionsPerIp: 1 })
  await enter(t, service, 'bob')
  t.match(admission.clientProblem(ada, '127.0.0.1'), /address/)
  t.equal(admission.clientProblem(ada, '127.0.0.2'), undefined)
})

t.test('a user at the limit is refused under reject, let in under replace', async (t) => {
  const service = await startHub(t)
  await enter(t, service, 'ada')
  const problemUnder = (userLimitPolicy: 'replace' | 'reject') => (
    admissionOf(service, { maxConnectionsPerUser: 1, userLimitPolicy }).clientProblem(ada, 'x')
  )
  t.same([problemUnder('replace'), problemUnder('reject')], [undefined, 'too many connections of this user'])
})

t.test('a single session is replaced by the newer one with 4009 (S0-50, S1-15, S1-16, S1-19)', async (t) => {
  const service = await startHub(t, { admission: { maxConnectionsPerUser: 1 } })
  const older = await enter(t, service, 'ada')
  const newer = await enter(t, service, 'ada')
  t.same(await older.closed, { code: 4009, reason: 'replaced by a newer session' })
  t.match(service.lines.find(({ text }) => text === 'Replaced existing WebSocket connection'), { fields: { user_id: 'ada', count: 1 } })
  t.same(await newer.drain(), [])
})

t.test('the clean-up of a replaced session leaves the newer one alone (S1-20)', async (t) => {
  const service = await startHub(t, { admission: { maxConnectionsPerUser: 1 } })
  const older = await enter(t, service, 'ada')
  const newer = await enter(t, service, 'ada')
  await older.closed
  await newer.request({ type: 'join_room', room: 'hall' })
  t.equal((await service.hub.toUser('ada', { type: 'news' })).recipients, 1)
  t.equal(service.hub.census.ofUser('ada'), 1)
})

t.test('the oldest sessions make room for the newest', async (t) => {
  const service = await startHub(t, { admission: { maxConnectionsPerUser: 2 } })
  const [first, second, third] = [await enter(t, service, 'ada'), await enter(t, service, 'ada'), await enter(t, service, 'ada')]
  t.equal((await first.closed).code, 4009)
  for (const client of [second, third]) t.same(await client.drain(), [])
})

t.test('a node that drains takes nobody', async (t) => {
  const service = await startHub(t)
  const admission = admissionOf(service, {})
  admission.startDraining()
  t.equal(admission.isDraining, true)
  t.equal(admission.nodeProblem(), 'server is shutting down')
})
