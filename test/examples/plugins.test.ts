import t, { type Test } from 'tap'
import { RefusedError } from 'wshub/client'
import { buildLunch } from '../../examples/plugins/app.ts'
import { Colleague } from '../../examples/plugins/colleague.ts'
import { postJson, SECRET, tokenFor } from '../helper.ts'
import { runExample } from './run-example.ts'

t.test('the application answers, tells the room, reminds one user and refuses another, and ends by itself', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['plugins']).finished()
  t.equal(stderr, '')
  t.equal(code, 0)
  t.match(stdout, 'Ada votes for ramen; the answer is {"pizza":0,"ramen":1,"salad":0}')
  for (const name of ['Ada', 'Bob']) t.match(stdout, `${name} sees: pizza 1, ramen 1, salad 0`)
  t.match(stdout, 'Bob is reminded: Pizza, ramen or salad?')
  t.match(stdout, 'the kitchen reminds Bob once more: 0 connections')
  t.match(stdout, 'Eve, a visitor, votes: FORBIDDEN')
})

t.test('its message type refuses what its schema does not know, and a second vote replaces the first', async (t) => {
  const { url } = await startLunch(t)
  const ada = new Colleague('Ada', url, await tokenFor({ sub: 'ada' }))
  t.teardown(() => ada.hub.close())
  await t.rejects(ada.hub.request('lunch.vote', { dish: 'soup' }), { code: 'INVALID_PAYLOAD' })
  t.ok(await ada.hub.request('lunch.vote', {}).catch((error: unknown) => error instanceof RefusedError))
  t.same(await ada.vote('salad'), { pizza: 0, ramen: 0, salad: 1 })
  t.same(await ada.vote('pizza'), { pizza: 1, ramen: 0, salad: 0 })
})

t.test('its own route is for administrators', async (t) => {
  const { service } = await startLunch(t)
  t.match(await postJson(service, '/lunch/reminders/ada', {}), { status: 401, body: { code: 'UNAUTHORIZED' } })
  t.match(await postJson(service, '/lunch/reminders/ada', {}, { sub: 'bob' }), { status: 403, body: { code: 'FORBIDDEN' } })
  t.match(await postJson(service, '/lunch/reminders/ada', {}, { sub: 'root', role: 'admin' }), { status: 200, body: { recipients: 0 } })
})

async function startLunch (t: Test) {
  const app = await buildLunch(SECRET)
  t.teardown(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, service: { address: url } }
}
