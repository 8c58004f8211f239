import t from 'tap'
import { connectAs, memberOf, startService, until } from '../helper.ts'

t.test('browsers and programs share a room in JSON text, and nothing is left of it when they have gone (S4-02)', async (t) => {
  const service = await startService(t)
  const browser = await connectAs(t, service, 'ada', { origin: 'https://app.example' })
  const mobile = await connectAs(t, service, 'bob')
  for (const client of [browser, mobile]) await client.request({ type: 'join_room', room: 'chat' })
  await browser.request({ type: 'send_message', room: 'chat', payload: { content: 'hello' } })
  t.match(await mobile.next('new_message'), { payload: { content: 'hello' } })
  for (const client of [browser, mobile]) await client.close()
  await until(() => service.app.hub.size === 0)
  t.same(await service.app.rooms.list(), [])
  t.equal(service.app.hub.roomCount, 0)
})

t.test('the members of a room are users: several tabs of one are one member, until the last has gone (S4-04)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'chat')
  const tabs = [await memberOf(t, service, 'ada', 'chat'), await memberOf(t, service, 'ada', 'chat')]
  t.match(await bob.request({ type: 'online_users', room: 'chat' }), { payload: { users: [{ id: 'bob' }, { id: 'ada' }], count: 2 } })
  await tabs[0]?.close()
  await until(() => service.app.hub.size === 2)
  t.same((await bob.drain()).map(({ type }) => type), ['user_joined'])
  await tabs[1]?.close()
  t.match(await bob.next(), { type: 'user_left', payload: { id: 'ada' } })
})

t.test('what is published to the relay and has a text of its own, such as a date, arrives as that text (S4-40)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const payload = { at: new Date(0), link: new URL('https://app.example/') }
  t.match(await service.app.relay.publish('all', { type: 'note', payload }), { recipients: 1 })
  t.same((await ada.next('note')).payload, { at: '1970-01-01T00:00:00.000Z', link: 'https://app.example/' })
})

t.test('the relay takes a message to a room or to everybody (S4-41)', async (t) => {
  const service = await startService(t)
  const { relay } = service.app
  const [ada, bob] = [await memberOf(t, service, 'ada', 'chat'), await connectAs(t, service, 'bob')]
  t.match(await relay.publish('room:chat', { type: 'note', payload: 'room' }), { recipients: 1 })
  t.match(await relay.publish('all', { type: 'note', payload: 'all' }), { recipients: 2 })
  t.same((await ada.drain()).map(({ payload }) => payload), ['room', 'all'])
  t.same((await bob.drain()).map(({ payload }) => payload), ['all'])
})
