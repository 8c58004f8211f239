import t from 'tap'
import { getJson, startService, tokenFor } from '../helper.ts'
import { isRecord } from '../../src/guards.ts'
import { Wscat } from '../support/wscat.ts'

t.test('two wscat terminals talk in one room, in the words of document 000 (S0-130, S0-131, S0-132)', async (t) => {
  const service = await startService(t)
  const url = service.address.replace('http', 'ws')
  const ada = new Wscat(t, ['-c', `${url}/ws?token=${await tokenFor({ sub: 'ada', name: 'Ada' })}`])
  const bob = new Wscat(t, ['-c', `${url}/ws?token=${await tokenFor({ sub: 'bob', name: 'Bob' })}`])
  t.match(await ada.next(), { type: 'connected' })
  t.match(await bob.next(), { type: 'connected' })
  ada.type('{"type":"join_room","payload":{"room_id":"general"}}')
  t.match(await ada.next(), { type: 'room_info', payload: { count: 1 } })
  bob.type('{"type":"join_room","payload":{"room_id":"general"}}')
  t.match(await bob.next(), { type: 'room_info', payload: { count: 2 } })
  t.match(await ada.next(), { type: 'user_joined', payload: { id: 'bob', name: 'Bob' } })
  bob.type('{"type":"send_message","room":"general","payload":{"content":"Hello!"}}')
  t.match(await bob.next(), { type: 'ack', payload: { seq: 1 } })
  t.match(await ada.next(), { type: 'new_message', room: 'general', payload: { content: 'Hello!' }, sender: { id: 'bob', name: 'Bob' } })
})

t.test('with WS_AUTH=optional two terminals without a token share the room chat, as in document 002 (S2-10, S2-11, S2-35, S2-82)', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const address = ['-c', `${service.address.replace('http', 'ws')}/ws`]
  const [first, second] = [new Wscat(t, address), new Wscat(t, address)]
  const welcomes = [await first.next(), await second.next()]
  for (const terminal of [first, second]) {
    terminal.type('{"type":"subscribe","room":"chat"}')
    t.match(await terminal.next(), { type: 'subscribed', payload: { room: 'chat' } })
  }
  second.type('{"type":"publish","room":"chat","data":{"message":"Hello!"}}')
  t.match(await second.next(), { type: 'ack' })
  const message = await first.next()
  t.match(message, { type: 'message', room: 'chat', payload: { message: 'Hello!' } })
  t.equal(field(message, 'sender', 'id'), field(welcomes[1], 'payload', 'client_id'))
})

t.test('a token in the Authorization header connects, also for a single command (S2-58)', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const args = ['-c', `${service.address.replace('http', 'ws')}/ws`, '-H', `Authorization: Bearer ${token}`, '-w', '-1']
  const terminal = new Wscat(t, [...args, '-x', '{"type":"join_room","room":"general"}', '-x', '{"type":"ping","id":"7"}'])
  t.match(await terminal.next(), { type: 'connected', payload: { user_id: 'ada' } })
  t.match(await terminal.next(), { type: 'room_info' })
  t.match(await terminal.next(), { type: 'pong', id: '7' })
})

t.test('a terminal without a token, or with a bad one, is told 401', async (t) => {
  const service = await startService(t)
  const url = `${service.address.replace('http', 'ws')}/ws`
  for (const address of [url, `${url}?token=bad`]) {
    const { code, errors } = await new Wscat(t, ['-c', address]).ended
    t.not(code, 0)
    t.match(errors, /401/)
  }
})

t.test('the routes of the documents answer what the documents show (S0-92, S0-133, S2-59, S3-32)', async (t) => {
  const service = await startService(t)
  t.match(await getJson(service, '/health'), { status: 200, body: { status: 'healthy', clients: 0, rooms: 0 } })
  const terminal = new Wscat(t, ['-c', `${service.address.replace('http', 'ws')}/ws?token=${await tokenFor({ sub: 'ada' })}`])
  await terminal.next()
  t.strictSame((await getJson(service, '/ws/online')).body, { online: 1, connections: 1 })
})

/** The value at a path of a frame. */
function field (value: unknown, ...path: string[]): unknown {
  return path.reduce((owner, key) => isRecord(owner) ? owner[key] : undefined, value)
}
