import t from 'tap'
import type { AboutUser, Notifier } from '../../src/index.ts'
import type { Teardown, TestService } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'
import { enter, heardBy, startEvents, type EventsPeer } from './clients/events-peer.ts'

const UPDATED_AT = '2026-01-01T10:00:00Z'

/** The audiences of document 003: a user with two tabs, two kinds of administrators, and somebody else. */
interface Audience {
  readonly service: TestService
  readonly peers: Readonly<Record<'user' | 'tab' | 'admin' | 'superadmin' | 'other', EventsPeer>>
}

async function startWithAudience (t: Teardown, env: Record<string, string> = {}): Promise<Audience> {
  const service = await startEvents(t, env)
  const peers = {
    user: await enter(t, service, { sub: 123 }),
    tab: await enter(t, service, { sub: 123 }),
    admin: await enter(t, service, { sub: 1, role: 'admin' }),
    superadmin: await enter(t, service, { sub: 2, role: 'superadmin' }),
    other: await enter(t, service, { sub: 456 })
  }
  return { service, peers }
}

/** Has something told; returns who got exactly one copy, which has to be this event. */
async function receiversOf ({ service, peers }: Audience, tell: (notify: Notifier) => Promise<{ recipients: number }>, event: { type: string, data: object }): Promise<string[]> {
  const { recipients } = await tell(service.app.hub.notify)
  const heard = Object.entries(await heardBy(service, peers)).filter(([, events]) => events.length > 0)
  for (const [name, [first, ...more]] of heard) {
    const { type, data } = first ?? {}
    if (more.length > 0 || JSON.stringify({ type, data }) !== JSON.stringify(event)) throw new Error(`${name} heard ${JSON.stringify([first, ...more])}`)
  }
  if (recipients !== heard.length) throw new Error(`${recipients} recipients, but ${heard.map(([name]) => name).join()} heard it`)
  return heard.map(([name]) => name)
}

t.test('what only administrators should know reaches them alone (S3-10, S3-12, S3-17, S3-21, S3-35, S3-37)', async (t) => {
  const audience = await startWithAudience(t)
  const administrators = ['admin', 'superadmin']
  const user = { user_id: 124, name: 'Ada', email: 'ada@example.org' }
  t.same(await receiversOf(audience, (notify) => notify.userCreated(user), { type: 'user.created', data: user }), administrators)
  t.same(await receiversOf(audience, (notify) => notify.userDeleted({ user_id: 123 }), { type: 'user.deleted', data: { user_id: 123 } }), administrators)
  const health = { status: 'degraded', services: { database: 'slow' } }
  t.same(await receiversOf(audience, (notify) => notify.healthStatusChanged(health), { type: 'health.status.changed', data: health }), administrators)
})

t.test('what changes a user reaches all tabs of the user and the administrators, in one call (S3-11, S3-13, S3-19, S3-20, S3-34, S3-37, S3-38)', async (t) => {
  const audience = await startWithAudience(t)
  const update = { user_id: 123, changes: ['name', 'email'], updated_at: UPDATED_AT }
  const change = { user_id: 123, new_role: 'admin', changed_by: 1, changed_at: UPDATED_AT }
  const receivers = ['user', 'tab', 'admin', 'superadmin']
  t.same(await receiversOf(audience, (notify) => notify.userUpdated(update), { type: 'user.updated', data: update }), receivers)
  t.same(await receiversOf(audience, (notify) => notify.roleChanged(change), { type: 'user.role.changed', data: change }), receivers)
})

t.test('an administrator whose own role changes is told once, although both audiences mean the same connection (S3-38)', async (t) => {
  const audience = await startWithAudience(t)
  const change = { user_id: 1, new_role: 'superadmin', changed_by: 2, changed_at: UPDATED_AT }
  t.same(await receiversOf(audience, (notify) => notify.roleChanged(change), { type: 'user.role.changed', data: change }), ['admin', 'superadmin'])
})

t.test('what concerns the user alone reaches the tabs of the user and nobody else (S3-14, S3-15, S3-22, S3-34, S3-37)', async (t) => {
  const audience = await startWithAudience(t)
  const update = { user_id: 123, changes: ['avatar'] }
  const password = { user_id: 123, changed_at: UPDATED_AT }
  t.same(await receiversOf(audience, (notify) => notify.profileUpdated(update), { type: 'profile.updated', data: update }), ['user', 'tab'])
  t.same(await receiversOf(audience, (notify) => notify.passwordChanged(password), { type: 'password.changed', data: password }), ['user', 'tab'])
})

t.test('a system alert reaches every client (S3-16, S3-33)', async (t) => {
  const audience = await startWithAudience(t)
  const alert = { message: 'Maintenance at 22:00', priority: 'high', metadata: { scheduled_time: UPDATED_AT } } as const
  t.same(await receiversOf(audience, (notify) => notify.systemAlert(alert), { type: 'system.alert', data: alert }), ['user', 'tab', 'admin', 'superadmin', 'other'])
})

t.test('any event can be told to all, to a user and to a role (S3-33, S3-34, S3-35)', async (t) => {
  const audience = await startWithAudience(t)
  const { hub } = audience.service.app
  const event = { type: 'invoice.paid', data: { invoice_id: 7, room: 'none', id: 1 } }
  const told = { type: event.type, payload: event.data }
  t.same(await receiversOf(audience, () => hub.broadcast(told), event), ['user', 'tab', 'admin', 'superadmin', 'other'])
  t.same(await receiversOf(audience, () => hub.toUser('123', told), event), ['user', 'tab'])
  t.same(await receiversOf(audience, () => hub.toRole('superadmin', told), event), ['superadmin'])
})

t.test('who counts as an administrator is a setting, for notices as for routes (S3-10, S3-35, X48)', async (t) => {
  const audience = await startWithAudience(t, { WS_ADMIN_ROLES: 'superadmin' })
  const user: AboutUser = { user_id: 124 }
  t.same(await receiversOf(audience, (notify) => notify.userDeleted(user), { type: 'user.deleted', data: user }), ['superadmin'])
})

t.test('over two nodes the same audiences are told, each once (S3-34, S3-38, S3-83)', async (t) => {
  const { nodes: [here, there] } = await startNodes(t, { WS_DIALECT: 'events.v1' })
  const peers = { user: await enter(t, here, { sub: 123 }), tab: await enter(t, there, { sub: 123 }), admin: await enter(t, there, { sub: 1, role: 'admin' }), other: await enter(t, there, { sub: 456 }) }
  t.match(await here.app.hub.notify.roleChanged({ user_id: 123, new_role: 'admin', changed_by: 1 }), { recipients: 3 })
  const heard = await heardBy(here, peers)
  t.same(Object.values(heard).map((events) => events.map(({ type }) => type)), [['user.role.changed'], ['user.role.changed'], ['user.role.changed'], []])
})

t.test('when something was changed is the sender\'s word, when it was told is the server\'s (S3-18, S3-90)', async (t) => {
  const { service, peers: { user } } = await startWithAudience(t)
  const startedAt = Date.now()
  await service.app.hub.notify.userUpdated({ user_id: 123, changes: ['name'], updated_at: '2020-02-02T02:02:02Z' })
  const { timestamp, data } = await user.hear()
  t.equal(data['updated_at'], '2020-02-02T02:02:02Z')
  t.ok(Date.parse(timestamp) >= startedAt && Date.parse(timestamp) <= Date.now())
})

t.test('a service that writes first and notifies then never tells of what has not happened (S3-91)', async (t) => {
  const { service, peers } = await startWithAudience(t)
  const names = new Map([[123, 'Ada']])
  await t.rejects(rename(service, names, ''), /a name is needed/)
  t.same((await heardBy(service, peers)).user, [])
  await rename(service, names, 'Ada Lovelace')
  t.match(await peers.user.hear(), { type: 'user.updated', data: { user_id: 123, changes: ['name'] } })
  t.equal(names.get(123), 'Ada Lovelace')
})

/** A service call in the order of document 003: the database first. */
async function rename ({ app }: TestService, names: Map<number, string>, name: string): Promise<void> {
  if (name === '') throw new Error('a name is needed')
  names.set(123, name)
  await app.hub.notify.userUpdated({ user_id: 123, changes: ['name'] })
}
