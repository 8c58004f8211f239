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

t.test('a payload is delivered as it was when it was published', async (t) => {
  const { app, address } = await startService(t)
  const ada = await memberOf(t, { address }, 'ada', 'general')
  const payload = { at: new Date(0), items: [1] }
  const published = app.hub.toRoom('general', { type: 'order', payload })
  payload.items.push(2)
  await published
  t.same((await ada.next('order')).payload, { at: '1970-01-01T00:00:00.000Z', items: [1] })
})
