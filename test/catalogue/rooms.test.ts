import t from 'tap'
import type { ReceivedFrame } from '../client.ts'
import { connectAs, memberOf, startService } from '../helper.ts'

const service = await startService(t, { WS_ROOM_POLICY: 'secret*=private', WS_MESSAGE_RATE: '0' })

/** What a refused client can see, but for the id of its request and the time. */
function shape ({ type, room, payload, error, topic, seq }: ReceivedFrame): object {
  return { type, room, payload, error, topic, seq }
}

t.test('b17: who is not in a room says nothing there: never joined, left, or taken out', async (t) => {
  const ada = await memberOf(t, service, 'ada', 'b17')
  const bob = await connectAs(t, service, 'bob')
  const speak = async (): Promise<string> => {
    const answers = [
      await bob.request({ type: 'send_message', room: 'b17', payload: { content: 'psst' } }),
      await bob.request({ type: 'publish', room: 'b17', payload: 'psst' }),
      await bob.request({ type: 'send_message', room: 'b17', payload: { content: 'psst', room_id: 'elsewhere' } })
    ]
    return answers.map(({ payload }) => payload['code']).join()
  }
  const refused = 'NOT_IN_ROOM,NOT_IN_ROOM,NOT_IN_ROOM'
  t.equal(await speak(), refused, 'never joined')
  await bob.request({ type: 'join_room', room: 'b17' })
  await bob.request({ type: 'leave_room', room: 'b17' })
  t.equal(await speak(), refused, 'left')
  await bob.request({ type: 'join_room', room: 'b17' })
  await service.app.rooms.leave('b17', 'bob')
  t.equal(await speak(), refused, 'taken out')
  t.same((await ada.drain()).filter(({ type }) => type === 'message' || type === 'new_message'), [])
})

t.test('b17: of what is sent while somebody is taken out each message is delivered and acknowledged, or refused and not', async (t) => {
  const ada = await memberOf(t, service, 'ada', 'b17-race')
  const bob = await memberOf(t, service, 'bob', 'b17-race')
  const answers = Array.from({ length: 40 }, async (_, index) => await bob.request({ type: 'publish', id: `race-${index}`, room: 'b17-race', payload: index }))
  await service.app.rooms.leave('b17-race', 'bob')
  const acked = (await Promise.all(answers)).flatMap(({ type }, index) => type === 'ack' ? [index] : [])
  const last = await bob.request({ type: 'publish', room: 'b17-race', payload: 'late' })
  t.equal(last.payload['code'], 'NOT_IN_ROOM')
  t.same((await ada.drain()).flatMap(({ type, payload }) => type === 'message' ? [payload] : []), acked)
})

t.test('b18: what only the server may say is not believed of a client', async (t) => {
  const ada = await memberOf(t, service, 'ada', 'b18')
  const bob = await memberOf(t, service, { sub: 'bob', name: 'Bob' }, 'b18')
  const lies = {
    from: 'ada', userId: 'ada', user_id: 'ada', sender: { id: 'ada', name: 'Ada' }, timestamp: '1999-01-01T00:00:00.000Z', ts: 1, seq: 77, offset: 77, epoch: 'mine', topic: 'all', error: 'x'
  }
  const sent = { text: 'hi', ...lies }
  const ack = await bob.request({ ...lies, type: 'publish', room: 'b18', payload: sent })
  const { payload, ...envelope } = await ada.next('message')
  t.match(envelope, { room: 'b18', sender: { id: 'bob', name: 'Bob' }, seq: 1, topic: undefined, error: undefined })
  t.same(envelope.sender, { id: 'bob', name: 'Bob' })
  t.not(envelope.timestamp, lies.timestamp)
  t.same(payload, sent, 'content is content')
  t.match(ack, { payload: { seq: 1 } })
  t.not(ack.payload['epoch'], 'mine')
})

t.test('b19: a private room is answered as one that nobody ever was in, whatever is asked', async (t) => {
  const admin = await memberOf(t, service, { sub: 'root', role: 'admin' }, 'secret:plans')
  await admin.request({ type: 'publish', room: 'secret:plans', payload: 'the plan' })
  const bob = await connectAs(t, service, 'bob')
  const since = { epoch: 'e', seq: 0 }
  const asked = [
    { type: 'join_room' }, { type: 'join_room', payload: { since } }, { type: 'subscribe' }, { type: 'subscribe', payload: { since } }, { type: 'unsubscribe' }, { type: 'leave_room' },
    { type: 'online_users' }, { type: 'history' }, { type: 'history', payload: { since } }, { type: 'publish', payload: 1 }, { type: 'send_message', payload: { content: 'x' } }
  ]
  for (const request of asked) {
    const [known, unknown] = [await bob.request({ ...request, room: 'secret:plans' }), await bob.request({ ...request, room: 'secret:never' })]
    t.same(JSON.parse(JSON.stringify(shape(known)).replaceAll('secret:plans', 'secret:never')), JSON.parse(JSON.stringify(shape(unknown))), JSON.stringify(request))
    if (request.type !== 'leave_room') t.equal(known.payload['code'], 'FORBIDDEN')
  }
  const back = await bob.request({ type: 'resume', payload: { topics: { 'room:secret:plans': since, 'room:secret:never': since, 'user:bob': since } } })
  const { 'room:secret:plans': known, 'room:secret:never': unknown } = back.payload['topics'] as Record<string, unknown>
  t.ok(known)
  t.same(known, unknown)
})
