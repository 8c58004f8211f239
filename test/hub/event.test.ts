import t from 'tap'
import { memberOf, startService } from '../helper.ts'

t.test('a payload that JSON cannot hold is refused before it gets a number', async (t) => {
  const { app, address } = await startService(t)
  const ada = await memberOf(t, { address }, 'ada', 'general')
  for (const payload of [10n, { deep: [10n] }]) {
    await t.rejects(app.hub.toRoom('general', { type: 'order', payload }), { code: 'HUB_ERR_BAD_EVENT', message: /^event\.payload: cannot serialize/ })
    await t.rejects(app.hub.toRoom('empty', { type: 'order', payload }), { code: 'HUB_ERR_BAD_EVENT' })
  }
  t.match(await app.hub.toRoom('general', { type: 'order', payload: { total: 10 } }), { recipients: 1, seq: 1 })
  t.match(await ada.next('order'), { payload: { total: 10 }, seq: 1 })
})

t.test('an event without a type is refused', async (t) => {
  const { app } = await startService(t)
  await t.rejects(app.hub.broadcast({ type: '' }), { code: 'HUB_ERR_BAD_EVENT', message: 'event.type: expected a non-empty string' })
})
