import t from 'tap'
import type { Target } from '../../src/index.ts'
import { TIMESTAMP } from '../support/cast.ts'
import { connectAs, startService, type Teardown, type TestService } from '../helper.ts'

const ADMINS = ['admin', 'superadmin']

/** The audiences of document 003: a user with two tabs, two kinds of administrators, and somebody else. */
async function startWithAudience (t: Teardown) {
  const service = await startService(t)
  const user = await connectAs(t, service, { sub: 123 })
  const tab = await connectAs(t, service, { sub: 123 })
  const admin = await connectAs(t, service, { sub: '1', role: 'admin' })
  const superadmin = await connectAs(t, service, { sub: '2', role: 'superadmin' })
  const other = await connectAs(t, service, { sub: '456' })
  return { service, clients: { user, tab, admin, superadmin, other } }
}

type Audience = Awaited<ReturnType<typeof startWithAudience>>

/** Sends an event as a backend would; returns who got exactly one copy of it, with the payload as sent. */
async function receiversOf ({ service, clients }: Audience, target: Target | 'all', type: string, payload: object): Promise<string[]> {
  const { recipients } = await service.app.hub.to(target, { type, payload })
  const receivers: string[] = []
  for (const [name, client] of Object.entries(clients)) {
    const frames = await client.drain()
    if (frames.length === 1 && frames[0]?.type === type && JSON.stringify(frames[0].payload) === JSON.stringify(payload)) receivers.push(name)
  }
  if (recipients !== receivers.length) throw new Error(`${recipients} recipients, but ${receivers.join()} received it once`)
  return receivers
}

t.test('what only administrators should know reaches them alone (S3-10, S3-12, S3-17, S3-21)', async (t) => {
  const audience = await startWithAudience(t)
  const events = {
    'user.created': { user_id: 124, name: 'Ada', email: 'ada@example.org' },
    'user.deleted': { user_id: 124 },
    'health.status.changed': { status: 'degraded' }
  }
  for (const [type, payload] of Object.entries(events)) {
    t.same(await receiversOf(audience, { roles: ADMINS }, type, payload), ['admin', 'superadmin'], type)
  }
})

t.test('what changes a user reaches all tabs of the user and the administrators, in one call (S3-11, S3-13, S3-19, S3-20)', async (t) => {
  const audience = await startWithAudience(t)
  const events = {
    'user.updated': { user_id: 123, changes: ['name', 'email'], updated_at: '2026-01-01T10:00:00Z' },
    'user.role.changed': { user_id: 123, new_role: 'admin', changed_by: 1, changed_at: '2026-01-01T10:00:00Z' }
  }
  for (const [type, payload] of Object.entries(events)) {
    t.same(await receiversOf(audience, { users: ['123'], roles: ADMINS }, type, payload), ['user', 'tab', 'admin', 'superadmin'], type)
  }
})

t.test('an administrator whose own role changes is told once, although both targets mean the same connection (S3-38)', async (t) => {
  const audience = await startWithAudience(t)
  const payload = { user_id: 1, new_role: 'superadmin' }
  t.same(await receiversOf(audience, { users: ['1'], roles: ADMINS }, 'user.role.changed', payload), ['admin', 'superadmin'])
})

t.test('what concerns the user alone reaches the tabs of the user and nobody else (S3-14, S3-15, S3-22)', async (t) => {
  const audience = await startWithAudience(t)
  const events = { 'profile.updated': { user_id: 123, changes: ['avatar'] }, 'password.changed': { user_id: 123 } }
  for (const [type, payload] of Object.entries(events)) {
    t.same(await receiversOf(audience, { users: ['123'] }, type, payload), ['user', 'tab'], type)
  }
})

t.test('a system alert reaches every client (S3-16)', async (t) => {
  const audience = await startWithAudience(t)
  const payload = { message: 'Maintenance at 22:00', priority: 'high', metadata: {} }
  t.same(await receiversOf(audience, 'all', 'system.alert', payload), ['user', 'tab', 'admin', 'superadmin', 'other'])
})

t.test('when something was changed is the sender\'s word, when it was told is the server\'s (S3-90)', async (t) => {
  const { service, clients: { user } } = await startWithAudience(t)
  const startedAt = Date.now()
  await service.app.hub.toUser('123', { type: 'user.updated', payload: { updated_at: '2020-02-02T02:02:02Z' } })
  const { timestamp, payload } = await user.next('user.updated')
  t.equal(payload['updated_at'], '2020-02-02T02:02:02Z')
  t.match(timestamp, TIMESTAMP)
  t.ok(Date.parse(timestamp) >= startedAt)
})

t.test('a service that writes first and notifies then never tells of what has not happened (S3-91)', async (t) => {
  const { service, clients: { user } } = await startWithAudience(t)
  const names = new Map([['123', 'Ada']])
  await t.rejects(rename(service, names, ''), /a name is needed/)
  t.same(await user.drain(), [])
  await rename(service, names, 'Ada Lovelace')
  t.same((await user.next('profile.updated')).payload, { user_id: '123', changes: ['name'] })
  t.equal(names.get('123'), 'Ada Lovelace')
})

/** A service call in the order of document 003: the database first. */
async function rename ({ app }: TestService, names: Map<string, string>, name: string): Promise<void> {
  if (name === '') throw new Error('a name is needed')
  names.set('123', name)
  await app.hub.toUser('123', { type: 'profile.updated', payload: { user_id: '123', changes: ['name'] } })
}
