import t from 'tap'
import { JsonText } from '../../src/json-text.ts'
import type { TestClient } from '../client.ts'
import { memberOf, postJson, startService, type Teardown } from '../helper.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { enter, member, startHub } from '../support/test-hub.ts'
import { TEXT } from '../support/wire-frames.ts'

const ADMIN = { sub: 'root', role: 'admin' }

interface Message { readonly seq: number, readonly payload: unknown }

/** A room with Bob and so many messages in it. */
async function start (t: Teardown, count: number) {
  const service = await startHub(t)
  const bob = await enter(t, service, 'bob')
  const { payload: { epoch } } = await bob.request({ type: 'subscribe', room: 'hall' })
  for (let number = 1; number <= count; number += 1) await service.hub.toRoom('hall', { type: 'news', payload: number })
  return { ...service, bob, epoch: String(epoch) }
}

async function ask (client: TestClient, payload: object = {}, room = 'hall') {
  const answer = await client.request({ type: 'history', room, payload })
  const { messages = [], more, epoch, room: named }: { messages?: Message[], more?: boolean, epoch?: string, room?: string } = JSON.parse(JSON.stringify(answer.payload))
  return { answer, messages, seqs: messages.map(({ seq }) => seq), more, epoch, room: named }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

t.test('the newest page: 50 messages, unless it says otherwise', async (t) => {
  const { bob, epoch } = await start(t, 80)
  const page = await ask(bob)
  t.same([page.seqs, page.more, page.epoch, page.room], [numbers(31, 80), true, epoch, 'hall'])
  t.match(page.answer, { type: 'history', room: 'hall', id: String })
  t.same((await ask(bob, { limit: 100 })).seqs, numbers(1, 80))
  t.same((await ask(bob, { limit: 1 })).seqs, [80])
  t.equal((await ask(bob, { limit: 100 })).more, false)
})

t.test('from a position on, before a number, or between them', async (t) => {
  const { bob, epoch } = await start(t, 20)
  const seqsOf = async (payload: object) => { const { seqs, more } = await ask(bob, payload); return [seqs, more] }
  t.same(await seqsOf({ since: { epoch, seq: 5 }, limit: 3 }), [[6, 7, 8], true])
  t.same(await seqsOf({ since: { epoch, seq: 17 }, limit: 3 }), [[18, 19, 20], false])
  t.same(await seqsOf({ before: 6, limit: 3 }), [[3, 4, 5], true])
  t.same(await seqsOf({ before: 4, limit: 3 }), [[1, 2, 3], false])
  t.same(await seqsOf({ since: { epoch, seq: 5 }, before: 9 }), [[6, 7, 8], false])
  t.same(await seqsOf({ since: { epoch: 'another', seq: 15 }, limit: 2 }), [[1, 2], true])
})

t.test('c16: what is no bound is refused, and the field is named', async (t) => {
  const { bob, epoch } = await start(t, 1)
  const cases: Array<[object, RegExp]> = [
    [{ limit: 0 }, /limit/], [{ limit: 101 }, /limit/], [{ limit: 1.5 }, /limit/], [{ limit: '5' }, /limit/], [{ limit: null }, /limit/], [{ limit: -1 }, /limit/],
    [{ before: 0 }, /before/], [{ before: 1.5 }, /before/], [{ before: 2 ** 53 }, /before/], [{ before: '7' }, /before/],
    [{ since: 7 }, /since/], [{ since: { epoch } }, /since/], [{ since: { epoch, seq: -1 } }, /since/], [{ since: { epoch: '', seq: 1 } }, /since/]
  ]
  for (const [payload, message] of cases) t.match((await ask(bob, payload)).answer, { type: 'error', payload: { code: 'INVALID_PAYLOAD', message } }, JSON.stringify(payload))
  t.match(await bob.request({ type: 'history', payload: {} }), { payload: { code: 'MISSING_ROOM' } })
  t.match((await ask(bob, { room_id: 'hall' }, '')).seqs, [1])
})

t.test('for those in the room alone, as long as they are', async (t) => {
  const { bob, ...service } = await start(t, 1)
  const eve = await enter(t, service, 'eve')
  t.match((await ask(eve)).answer, { type: 'error', payload: { code: 'NOT_IN_ROOM' } })
  t.match((await ask(eve, {}, 'nowhere')).answer, { payload: { code: 'NOT_IN_ROOM' } })
  t.same((await ask(bob)).seqs, [1], 'a subscriber may')
  await bob.request({ type: 'unsubscribe', room: 'hall' })
  t.match((await ask(bob)).answer, { payload: { code: 'NOT_IN_ROOM' } })
  const ada = await member(t, service, 'ada', 'hall')
  t.same((await ask(ada)).seqs, [1], 'what was before it came, too')
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.match((await ask(ada)).answer, { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('a message has what it had when it was received, its own author included', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, { sub: 'ada', name: 'Ada' }, 'hall')
  const bob = await memberOf(t, service, 'bob', 'hall')
  await ada.request({ type: 'send_message', id: 'an id', room: 'hall', payload: { content: 'a', reply_to: 'b' } })
  await service.app.hub.toRoom('hall', { type: 'news', payload: [1] })
  const live = [await bob.next('new_message'), await bob.next('news')]
  t.match(live, [{ id: 'an id', room: 'hall', sender: { id: 'ada', name: 'Ada' }, seq: 1, timestamp: String }, { sender: undefined, seq: 2 }])
  for (const client of [ada, bob]) t.same((await ask(client)).messages, live)
})

t.test('whom a message excepts does not find it there either', async (t) => {
  const service = await startService(t)
  const [bob, eve] = [await memberOf(t, service, 'bob', 'hall'), await memberOf(t, service, 'eve', 'hall')]
  for (let number = 1; number <= 3; number += 1) {
    await postJson(service, '/ws/broadcast', { type: 'news', payload: number, target: { rooms: ['hall'] }, ...(number > 1 && { except: { users: ['bob'] } }) }, ADMIN)
  }
  t.same((await ask(bob)).seqs, [1])
  t.same((await ask(bob, { limit: 1 })).seqs, [1], 'a page of what may not be shown is not the end')
  t.same((await ask(eve)).seqs, [1, 2, 3])
})

t.test('a message to several targets is in the history of each room', async (t) => {
  const { bob, hub } = await start(t, 0)
  await bob.request({ type: 'subscribe', room: 'yard' })
  await hub.to({ users: ['bob'], rooms: ['hall', 'yard'] }, { type: 'news', payload: 1 })
  t.match((await ask(bob)).messages, [{ room: 'hall', seq: 1 }])
  t.match((await ask(bob, {}, 'yard')).messages, [{ room: 'yard', seq: 1 }])
})

t.test('a room of which nothing is kept is empty', async (t) => {
  const service = await startService(t, { WS_HISTORY_RULES: 'room:silent=0' })
  const bob = await memberOf(t, service, 'bob', 'silent')
  await service.app.hub.toRoom('silent', { type: 'news', payload: 1 })
  const { messages, more } = await ask(bob, {}, 'silent')
  t.same([messages, more], [[], false])
})

t.test('a payload is the text that was received live', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address, { path: '/?user=raw' })
  peer.send({ type: 'join_room', room: 'hall' })
  await peer.message('room_info')
  const ada = await member(t, service, 'ada', 'hall')
  await peer.message('user_joined')
  const payloads = ['12345678901234567890', '1e400', '-0', '1.0', '1E5', '{"b":1,"a":{},"2":2,"1":1}', '"\\u2028 \\/ \u00e4 \\ud83d\\ude00"', '[[],{},null]', '0.1e-7']
  const live: string[] = []
  for (const payload of payloads) {
    ada.send(`{"type":"publish","room":"hall","payload":${payload}}`)
    live.push(String((await peer.next(TEXT))?.payload))
  }
  for (const text of ['12345678901234567890', '1e400', '{"a":1.0}']) {
    await service.hub.toRoom('hall', { type: 'news', payload: new JsonText(text) })
    live.push(String((await peer.next(TEXT))?.payload))
  }
  t.match(live, [/12345678901234567/, /null/, /0/, /1/, /100000/, /"b":1/, /ä/, /\[/, /1e-8/, /12345678901234567890/, /1e400/, /1\.0/])
  peer.send({ type: 'history', room: 'hall' })
  const answer = String((await peer.next(TEXT))?.payload)
  for (const frame of live) t.ok(answer.includes(frame), encodeURI(frame))
  t.ok(live.every((frame) => frame.includes('"seq":')))
})
