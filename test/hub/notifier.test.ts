import t from 'tap'
import { Announcer } from '../../src/hub/announcer.ts'
import { Notifier } from '../../src/hub/notifier.ts'
import type { PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import { TIMESTAMP } from '../support/cast.ts'
import { enter, startHub } from '../support/test-hub.ts'

/** Publishes nowhere; keeps what it was to publish. */
class Recorder extends Announcer {
  readonly published: RelayMessage[] = []

  override publish (message: RelayMessage): PublishResult {
    this.published.push(message)
    return { recipients: 0 }
  }
}

/** A notifier with two admin roles, and whom it told what. */
function recorded () {
  const recorder = new Recorder()
  const notify = new Notifier(recorder, ['admin', 'owner'])
  const told = (): unknown[] => recorder.published.map(({ topics, event: { type, payload } }) => [topics, type, JSON.parse(JSON.stringify(payload))])
  return { notify, recorder, told }
}

const ADMINS = ['role:admin', 'role:owner']

t.test('each notice has its audience, named once (S3-10, S3-11, S3-12, S3-13, S3-14, S3-15, S3-16, S3-17, S3-37)', async (t) => {
  const { notify, told } = recorded()
  const at = '2026-01-01T10:00:00Z'
  await notify.userCreated({ user_id: 7, name: 'Ada', email: 'ada@example.org' })
  await notify.userUpdated({ user_id: 7, changes: ['name'], updated_at: at })
  await notify.userDeleted({ user_id: 'ada' })
  await notify.roleChanged({ user_id: 7, new_role: 'owner', changed_by: 1, changed_at: at })
  await notify.profileUpdated({ user_id: 7, changes: [] })
  await notify.passwordChanged({ user_id: 'ada', changed_at: at })
  await notify.systemAlert({ message: 'later' })
  await notify.healthStatusChanged({ status: 'degraded' })
  t.strictSame(told(), [
    [ADMINS, 'user.created', { user_id: 7, name: 'Ada', email: 'ada@example.org' }],
    [['user:7', ...ADMINS], 'user.updated', { user_id: 7, changes: ['name'], updated_at: at }],
    [ADMINS, 'user.deleted', { user_id: 'ada' }],
    [['user:7', ...ADMINS], 'user.role.changed', { user_id: 7, new_role: 'owner', changed_by: 1, changed_at: at }],
    [['user:7'], 'profile.updated', { user_id: 7, changes: [] }],
    [['user:ada'], 'password.changed', { user_id: 'ada', changed_at: at }],
    [['all'], 'system.alert', { message: 'later', priority: 'normal', metadata: {} }],
    [ADMINS, 'health.status.changed', { status: 'degraded' }]
  ])
})

t.test('a change that is not dated happened now; further fields are passed on (S3-19, S3-20)', async (t) => {
  const { notify, told } = recorded()
  await notify.userUpdated({ user_id: 7, changes: ['name'], reason: 'typo' })
  await notify.roleChanged({ user_id: 7, new_role: 'owner' })
  await notify.passwordChanged({ user_id: 7, changed_at: undefined })
  t.match(told(), [
    [Array, String, { updated_at: TIMESTAMP, reason: 'typo' }],
    [Array, String, { changed_at: TIMESTAMP }],
    [Array, String, { changed_at: TIMESTAMP }]
  ])
})

t.test('with an id a notice is told once; one with a time has to bring it, for a repetition says the same', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  const { notify } = service.hub
  const update = { user_id: 'ada', changes: ['name'], updated_at: '2026-01-01T10:00:00Z' }
  const first = await notify.userUpdated(update, { id: 'update-1' })
  t.match(await notify.userUpdated(update, { id: 'update-1' }), { ...first, duplicate: true })
  await notify.profileUpdated({ user_id: 'ada', changes: [] }, { id: 'profile-1' })
  await notify.profileUpdated({ user_id: 'ada', changes: [] }, { id: 'profile-1' })
  t.same((await ada.drain()).map(({ type }) => type), ['user.updated', 'profile.updated'])
  const missing = /expected with an id/
  await t.rejects(notify.userUpdated({ user_id: 'ada', changes: [] }, { id: 'update-2' }), missing)
  await t.rejects(notify.roleChanged({ user_id: 'ada', new_role: 'owner' }, { id: 'role-1' }), missing)
  await t.rejects(notify.passwordChanged({ user_id: 'ada' }, { id: 'password-1' }), missing)
})

t.test('a user id that is none would be nobody\'s, and is refused', async (t) => {
  const { notify, recorder } = recorded()
  for (const id of [undefined, null, '', {}, ['ada']]) {
    const about = { user_id: id as string, changes: [] }
    await t.rejects(notify.profileUpdated(about), { code: 'HUB_ERR_BAD_EVENT', message: /user_id/ })
    await t.rejects(notify.userUpdated(about), { code: 'HUB_ERR_BAD_EVENT' })
  }
  t.same(recorder.published, [])
})

t.test('where nobody is an administrator, notices for them reach nobody (S3-35)', async (t) => {
  const service = await startHub(t)
  const notify = new Notifier(service.hub, [])
  const ada = await enter(t, service, 'ada', { roles: ['admin'] })
  t.match(await notify.userDeleted({ user_id: 'bob' }), { recipients: 0 })
  t.match(await notify.userUpdated({ user_id: 'ada', changes: [] }), { recipients: 1 })
  t.same((await ada.drain()).map(({ type }) => type), ['user.updated'])
})
