import t from 'tap'
import type { TestClient } from '../../client.ts'
import { connectAs, memberOf, postJson, startService, type Claims } from '../../helper.ts'

const admin = { sub: 'root', role: 'admin' }
const service = await startService(t)
const idOf = new Map<TestClient, string>()

/** A connection whose id is known. */
async function arrive (claims: Claims, room?: string): Promise<TestClient> {
  const before = new Set([...service.app.hub.connections()].map(({ id }) => id))
  const client = room === undefined ? await connectAs(t, service, claims) : await memberOf(t, service, claims, room)
  const connection = [...service.app.hub.connections()].find(({ id }) => !before.has(id))
  idOf.set(client, connection?.id ?? '')
  return client
}

const ada = await arrive({ sub: 'ada', role: 'driver' }, 'north')
const adaTab = await arrive({ sub: 'ada', role: 'driver' })
const bob = await arrive({ sub: 'bob', role: 'driver', roles: ['lead'] }, 'north')
const eve = await arrive({ sub: 'eve', role: 'rider' }, 'south')
const ear = await arrive({ sub: 'ear' })
await ear.request({ type: 'subscribe', room: 'south' })
const names = new Map([[ada, 'ada'], [adaTab, 'adaTab'], [bob, 'bob'], [eve, 'eve'], [ear, 'ear']])
for (const client of names.keys()) await client.drain()

/** Sends to a target; returns who got how many copies, and what the answer said. */
async function sendTo (target: unknown, except?: unknown): Promise<{ reached: string[], recipients: unknown }> {
  const { body } = await postJson(service, '/ws/broadcast', { type: 'note', payload: 1, target, except }, admin)
  const reached: string[] = []
  for (const [client, name] of names) reached.push(...(await client.drain()).map(() => name))
  return { reached, recipients: body['recipients'] }
}

t.test('Users are reached on all their connections', async (t) => {
  t.strictSame(await sendTo({ users: ['ada'] }), { reached: ['ada', 'adaTab'], recipients: 2 })
  t.strictSame(await sendTo({ users: ['ada', 'eve'] }), { reached: ['ada', 'adaTab', 'eve'], recipients: 3 })
})

t.test('Roles are reached by any of a user\'s roles', async (t) => {
  t.strictSame(await sendTo({ roles: ['driver'] }), { reached: ['ada', 'adaTab', 'bob'], recipients: 3 })
  t.strictSame(await sendTo({ roles: ['lead', 'user'] }), { reached: ['bob', 'ear'], recipients: 2 })
})

t.test('Rooms are reached with members and subscribers', async (t) => {
  t.strictSame(await sendTo({ rooms: ['north'] }), { reached: ['ada', 'bob'], recipients: 2 })
  t.strictSame(await sendTo({ rooms: ['south'] }), { reached: ['eve', 'ear'], recipients: 2 })
})

t.test('A connection is reached alone', async (t) => {
  t.strictSame(await sendTo({ connections: [idOf.get(adaTab)] }), { reached: ['adaTab'], recipients: 1 })
})

t.test('A connection that several targets reach gets one copy, and counts once', async (t) => {
  const all = { users: ['ada', 'bob'], roles: ['driver', 'lead'], rooms: ['north'], connections: [idOf.get(ada), idOf.get(bob)] }
  t.strictSame(await sendTo(all), { reached: ['ada', 'adaTab', 'bob'], recipients: 3 })
  t.strictSame(await sendTo({ users: ['ada', 'ada'] }), { reached: ['ada', 'adaTab'], recipients: 2 })
})

t.test('Without a target everybody is reached', async (t) => {
  t.strictSame(await sendTo(undefined), { reached: ['ada', 'adaTab', 'bob', 'eve', 'ear'], recipients: 5 })
})

t.test('Who is excepted gets no copy, by any of the four ways', async (t) => {
  t.strictSame((await sendTo(undefined, { users: ['ada'] })).reached, ['bob', 'eve', 'ear'])
  t.strictSame((await sendTo(undefined, { roles: ['driver'] })).reached, ['eve', 'ear'])
  t.strictSame((await sendTo(undefined, { rooms: ['south'] })).reached, ['ada', 'adaTab', 'bob'])
  t.strictSame((await sendTo(undefined, { connections: [idOf.get(adaTab)] })).reached, ['ada', 'bob', 'eve', 'ear'])
})

t.test('Exceptions hold for each of several targets, and are no recipients', async (t) => {
  t.strictSame(await sendTo({ rooms: ['north'], roles: ['driver'] }, { users: ['bob'] }), { reached: ['ada', 'adaTab'], recipients: 2 })
  t.strictSame(await sendTo({ users: ['ada'] }, { users: ['ada'] }), { reached: [], recipients: 0 })
})

t.test('Nobody known is nobody reached, and no error', async (t) => {
  for (const target of [{ users: ['nobody'] }, { roles: ['nothing'] }, { rooms: ['nowhere'] }, { connections: ['none'] }]) {
    t.strictSame(await sendTo(target), { reached: [], recipients: 0 }, JSON.stringify(target))
  }
})

t.test('A user, a role and a room of the same name are different audiences', async (t) => {
  t.strictSame((await sendTo({ users: ['north'] })).reached, [])
  t.strictSame((await sendTo({ roles: ['ada'] })).reached, [])
  t.strictSame((await sendTo({ users: ['all'] })).reached, [])
  t.strictSame((await sendTo({ connections: ['ada'] })).reached, [])
})

t.test('A message to a room names the room, one to a user does not', async (t) => {
  await postJson(service, '/ws/broadcast', { type: 'note', target: { rooms: ['north'] } }, admin)
  t.match(await bob.next('note'), { room: 'north' })
  await ada.next('note')
  await postJson(service, '/ws/broadcast', { type: 'note', target: { users: ['bob'] } }, admin)
  t.notOk((await bob.next('note')).room)
})
