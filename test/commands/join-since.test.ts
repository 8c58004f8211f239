import t from 'tap'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, memberOf, startService, until, type Teardown } from '../helper.ts'

async function start (t: Teardown, env: Record<string, string> = {}) {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', ...env })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', room: 'hall' })
  return { service, ada, since: { epoch: String(epoch), seq: 0 } }
}

async function say (client: TestClient, ...contents: readonly string[]): Promise<void> {
  for (const content of contents) await client.request({ type: 'send_message', room: 'hall', payload: { content } })
}

const heard = (frames: readonly ReceivedFrame[]): unknown[] => frames.filter(({ type }) => type === 'new_message').map(({ seq, payload }) => `${seq} ${payload['content']}`)

for (const [type, answer, end] of [['join_room', 'room_info', 'leave_room'], ['subscribe', 'subscribed', 'unsubscribe']]) {
  t.test(`${type}: the answer comes first, with the id and the place before what follows`, async (t) => {
    const { service, ada, since } = await start(t)
    await say(ada, 'a', 'b', 'c')
    const bob = await connectAs(t, service, 'bob')
    bob.send({ type, id: 'an id', room: 'hall', payload: { since: { ...since, seq: 1 } } })
    t.match(await bob.next(), { type: answer, id: 'an id', room: 'hall', payload: { ...since, seq: 1, recovered: true, missed: 2 } })
    t.match(await bob.next(), { type: 'new_message', room: 'hall', seq: 2, sender: { id: 'ada' }, id: String, timestamp: String, topic: undefined })
    t.match(await bob.next(), { seq: 3 })
  })

  t.test(`${type}: the room may stand in the payload; fields that nobody knows are ignored`, async (t) => {
    const { service, ada, since } = await start(t)
    await say(ada, 'a')
    const bob = await connectAs(t, service, 'bob')
    t.match(await bob.request({ type, payload: { room_id: 'hall', since: { ...since, more: 1 } } }), { type: answer, payload: { missed: 1 } })
    t.same(heard(await bob.drain()), ['1 a'])
    t.match(await bob.request({ type, room: 'yard', payload: { room_id: 'hall', since } }), { payload: { code: 'INVALID_PAYLOAD' } })
    t.match(await bob.request({ type, payload: { since } }), { payload: { code: 'MISSING_ROOM' } })
    t.match(await bob.request({ type, room: 'a*', payload: { since } }), { payload: { code: 'INVALID_ROOM' } })
  })

  t.test(`${type}: one who is in may ask for what it missed, as often as it likes; once out, it gets nothing`, async (t) => {
    const { service, ada, since } = await start(t)
    const bob = await connectAs(t, service, 'bob')
    await bob.request({ type, room: 'hall' })
    await say(ada, 'a', 'b')
    t.same(heard(await bob.drain()), ['1 a', '2 b'])
    for (const seq of [0, 1, 2]) {
      t.match(await bob.request({ type, room: 'hall', payload: { since: { ...since, seq } } }), { payload: { missed: 2 - seq } })
      t.same(heard(await bob.drain()), ['1 a', '2 b'].slice(seq))
    }
    await bob.request({ type: end, room: 'hall' })
    await say(ada, 'c')
    t.same(heard(await bob.drain()), [])
    t.match(await bob.request({ type, room: 'hall', payload: { since: { ...since, seq: 2 } } }), { payload: { missed: 1 } })
    t.same(heard(await bob.drain()), ['3 c'])
  })
}

t.test('a client that only knows its rooms from resuming is a member with all that goes with it', async (t) => {
  const { service, ada, since } = await start(t)
  const bob = await connectAs(t, service, 'bob')
  await bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  await say(bob, 'from bob')
  t.match(await ada.next('new_message'), { payload: { content: 'from bob' }, sender: { id: 'bob' } })
  t.match(await ada.request({ type: 'online_users', room: 'hall' }), { payload: { count: 2 } })
})

t.test('requests sent behind a join take effect after it, and are answered during the replay', async (t) => {
  const { service, ada, since } = await start(t, { WS_HISTORY_SIZE: '1000' })
  for (let number = 1; number <= 500; number += 1) ada.send({ type: 'publish', room: 'hall', payload: number })
  await ada.drain()
  const bob = await connectAs(t, service, 'bob')
  bob.send({ type: 'join_room', room: 'hall', payload: { since } })
  bob.send({ type: 'publish', id: 'mine', room: 'hall', payload: 'mine' })
  bob.send({ type: 'leave_room', id: 'end', room: 'hall' })
  t.match(await bob.next('room_info'), { payload: { missed: 500 } })
  await until(() => bob.inbox.some(({ id }) => id === 'end'))
  const last = bob.inbox.findIndex(({ id }) => id === 'end')
  t.match(bob.inbox.find(({ id }) => id === 'mine'), { type: 'ack', payload: { seq: 501 } })
  t.same((await bob.drain()).slice(last + 1).filter(({ type }) => type === 'message'), [], 'nothing follows the answer to leaving')
})

t.test('grants count, and a member may subscribe beside', async (t) => {
  const { service, ada, since } = await start(t)
  await say(ada, 'a')
  const bob = await connectAs(t, service, { sub: 'bob', role: 'driver', rooms: { join: ['ha*'] } })
  t.match(await bob.request({ type: 'join_room', room: 'hall', payload: { since } }), { payload: { missed: 1 } })
  t.match(await bob.request({ type: 'subscribe', room: 'hall', payload: { since } }), { payload: { missed: 1, client_count: 2 } })
  t.match(await bob.request({ type: 'join_room', room: 'yard', payload: { since } }), { payload: { code: 'FORBIDDEN' } })
})
