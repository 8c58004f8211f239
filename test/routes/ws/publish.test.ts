import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { connectAs, memberOf, postJson, startService, tokenFor, until, type TestService } from '../../helper.ts'
import { postAsAdmin } from '../../support/admin.ts'
import { connectHttp } from '../../support/http-peer.ts'
import { startTwoServices } from '../../support/linked-services.ts'

const BODY_LIMIT = 4 * 1024 * 1024

/** Posts messages as an administrator. */
async function publish (service: Pick<TestService, 'address'>, messages: unknown) {
  const { status, body } = await postAsAdmin(service, '/ws/publish', { messages })
  return { status, body, results: Array.isArray(body['results']) ? body['results'] : [] }
}

/** A body of exactly so many bytes, all right but for that. */
function bodyOf (bytes: number): string {
  const empty = JSON.stringify({ messages: [{ message: '' }] })
  return JSON.stringify({ messages: [{ message: 'x'.repeat(bytes - empty.length) }] })
}

/** Posts a body as it is, and takes the first answer, though it may come before all is sent. */
async function postRaw (t: Parameters<typeof connectHttp>[0], { address }: TestService, headers: readonly string[], body: string) {
  const peer = await connectHttp(t, address)
  const authorization = `Authorization: Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}`
  peer.write(['POST /ws/publish HTTP/1.1', 'Host: x', 'Content-Type: application/json', authorization, ...headers, '', body].join('\r\n'))
  const { status, json } = await peer.response()
  return { status, body: json() }
}

t.test('Messages are published in the order of the list, and each has its result', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const bob = await connectAs(t, service, 'bob')
  const { status, results } = await publish(service, [
    { message: 'Maintenance', priority: 'high' },
    { type: 'note', payload: 1, target: { users: ['bob'] } },
    { type: 'note', payload: 2, target: { rooms: ['general'] } },
    { type: 'note', payload: [3], target: { roles: ['pilot'] } },
    { type: 'note', payload: null, except: { users: ['ada'] } }
  ])
  t.equal(status, 200)
  t.match(results.map(({ recipients, seq }) => [recipients, seq]), [[2, 1], [1, 1], [1, 1], [0, 1], [1, 2]])
  t.match(results[0], { epoch: String, error: undefined, duplicate: undefined, missing_nodes: undefined })
  t.match((await ada.drain()).map(({ type, room, payload, id, sender }) => ({ type, room, payload, hasId: typeof id, sender })), [
    { type: 'system.alert', payload: { message: 'Maintenance', priority: 'high', metadata: {} }, hasId: 'string', sender: undefined },
    { type: 'note', room: 'general', payload: 2 }
  ])
  t.strictSame((await bob.drain()).map(({ type, payload }) => [type, type === 'note' && payload]), [['system.alert', false], ['note', 1], ['note', null]])
})

t.test('A thousand messages arrive in their order, with numbers that follow each other', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const messages = Array.from({ length: 1000 }, (_, index) => ({ type: 'tick', payload: index, target: { rooms: ['general'] } }))
  const { status, results } = await publish(service, messages)
  t.equal(status, 200)
  t.strictSame(results.map(({ recipients, seq }) => [recipients, seq]), messages.map((_, index) => [1, index + 1]))
  t.strictSame((await ada.drain()).map(({ payload, seq }) => [payload, seq]), messages.map((_, index) => [index, index + 1]))
})

t.test('Others get their turn while a thousand messages are published', async (t) => {
  const service = await startService(t)
  const { port } = service.app.relay
  const messages = Array.from({ length: 1000 }, (_, index) => ({ type: 'tick', payload: index, target: { rooms: ['general'] } }))
  const seen: number[] = []
  const publishing = { isOver: false }
  const published = publish(service, messages).then(() => { publishing.isOver = true })
  for (; !publishing.isOver || seen.at(-1) !== 1000; await endOfTurn()) seen.push((await port.position('room:general')).seq)
  await published
  const steps = seen.map((seq, index) => seq - (seen[index - 1] ?? 0))
  t.ok(Math.max(...steps) <= 50, `${Math.max(...steps)} messages in one turn`)
})

t.test('A wrong message is refused by itself, with its place, and the others are published', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { status, results } = await publish(service, [
    { message: 'first' },
    { message: 'x', target: {} },
    { message: 7 },
    'text',
    { message: 'x', targte: { users: ['ada'] } },
    { message: 'x', target: { rooms: ['ok', ' bad'] } },
    { message: 'x', target: { users: [7] } },
    { type: 'join_room' },
    { metadata: [] },
    null,
    { message: 'last' }
  ])
  t.equal(status, 200)
  t.match(results, [
    { recipients: 1, seq: 1 },
    { error: /^\/messages\/1\/target: expected at least one/, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/2\/message: Expected/, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/3: Expected object$/, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/4\/targte: Unexpected property/, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/5\/target\/rooms\/1: /, code: 'INVALID_ROOM' },
    { error: /^\/messages\/6\/target\/users\/0: /, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/7\/type: expected a type/, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/8\/metadata: /, code: 'INVALID_PAYLOAD' },
    { error: /^\/messages\/9: Expected object$/, code: 'INVALID_PAYLOAD' },
    { recipients: 1, seq: 2 }
  ])
  t.notOk(results.slice(1, -1).some((result) => 'recipients' in result))
  t.same((await ada.drain()).map(({ payload }) => payload['message']), ['first', 'last'])
})

t.test('A message that is nested too deeply is refused by itself', async (t) => {
  const service = await startService(t)
  const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`)
  const { results } = await publish(service, [{ type: 'note', payload: deep }, { message: 'x' }])
  t.match(results, [{ error: /^\/messages\/0\/payload\/.*levels of nesting/, code: 'INVALID_PAYLOAD' }, { recipients: 0 }])
})

t.test('A connection that several targets reach gets one copy', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, { sub: 'ada', role: 'driver' }, 'general')
  const target = { users: ['ada', 'ada'], roles: ['driver'], rooms: ['general'] }
  const { results } = await publish(service, [{ type: 'note', target }, { type: 'note', target }])
  t.strictSame(results, [{ recipients: 1 }, { recipients: 1 }])
  t.equal((await ada.drain()).length, 2)
})

t.test('An id is published once, in one list and in the next, by whatever route', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const message = { message: 'x', id: 'm-1' }
  const { results: [first, second, other] } = await publish(service, [message, message, { message: 'y', id: 'm-1' }])
  t.match(first, { recipients: 1, seq: 1, epoch: String })
  t.strictSame(second, { ...first, duplicate: true })
  t.match(other, { error: /^\/messages\/2\/id: used/, code: 'INVALID_PAYLOAD' })
  t.strictSame((await publish(service, [message])).results, [second])
  t.match((await postAsAdmin(service, '/ws/broadcast', message)).body, second)
  t.match((await ada.drain()).map(({ id }) => id), ['m-1'])
})

t.test('An id of another administrator is another one', async (t) => {
  const service = await startService(t)
  const messages = [{ message: 'x', id: 'm-1' }]
  await publish(service, messages)
  const { body } = await postJson(service, '/ws/publish', { messages }, { sub: 'other', role: 'admin' })
  t.match(body, { results: [{ seq: 2, duplicate: undefined }] })
})

t.test('Recipients are those of all nodes; who did not answer is named', async (t) => {
  const [first, second] = await startTwoServices(t)
  const clients = [await connectAs(t, first, 'ada'), await connectAs(t, second, 'bob')]
  t.match((await publish(first, [{ message: 'x' }, { message: 'y' }])).results, [{ recipients: 2, seq: 1 }, { recipients: 2, seq: 2 }])
  for (const client of clients) t.same((await client.drain()).map(({ payload }) => payload['message']), ['x', 'y'])
})

t.test('A list that is empty, too long or no list is 400, and nothing is published', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const refused = { status: 400, body: { error: /messages/, code: 'INVALID_PAYLOAD' } }
  for (const messages of [[], Array.from({ length: 1001 }, () => ({ message: 'x' })), { message: 'x' }, 'x', null, undefined]) {
    t.match(await publish(service, messages), refused, JSON.stringify(messages)?.slice(0, 40))
  }
  t.match(await postAsAdmin(service, '/ws/publish', { messages: [{ message: 'x' }], target: {} }), { status: 400, body: { error: /target/ } })
  t.match(await postAsAdmin(service, '/ws/publish', [{ message: 'x' }]), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
  t.strictSame(await ada.drain(), [])
})

t.test('c14: A body of 4 MiB is taken, one of more is 413, said or not', async (t) => {
  const service = await startService(t)
  const [whole, large] = [bodyOf(BODY_LIMIT), bodyOf(BODY_LIMIT + 1)]
  t.match(await postRaw(t, service, [`Content-Length: ${whole.length}`], whole), { status: 200, body: { results: [{ recipients: 0 }] } })
  const refused = { status: 413, body: { error: /\w/, code: 'MESSAGE_TOO_LARGE' } }
  t.match(await postRaw(t, service, [`Content-Length: ${large.length}`], large), refused)
  t.match(await postRaw(t, service, ['Transfer-Encoding: chunked'], `${large.length.toString(16)}\r\n${large}\r\n`), refused)
})

t.test('Who has no valid token is 401, who is no administrator 403, whatever the body', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const body of [{ messages: [{ message: 'x' }] }, { nonsense: 1 }, 'text']) {
    t.match(await postJson(service, '/ws/publish', body), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
    t.match(await postJson(service, '/ws/publish', body, { sub: 'u' }), { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } })
  }
  t.strictSame(await ada.drain(), [])
})

t.test('What the relay cannot take is told of each message with the public text, and logged once', async (t) => {
  const { app, logs, ...service } = await startService(t)
  await app.relay.port.close()
  const { status, results } = await publish(service, [{ message: 'x' }, { message: 7 }, { message: 'y' }])
  t.equal(status, 200)
  const unavailable = { error: 'Service unavailable, retry', code: 'UNAVAILABLE' }
  t.match(results, [unavailable, { code: 'INVALID_PAYLOAD' }, unavailable])
  await until(() => logs.some(({ msg }) => msg === 'messages refused'))
  t.match(logs.filter(({ msg }) => msg === 'messages not published'), [{ level: 50, messages: 2, err: { message: 'the relay is closed' } }])
  t.match(logs.filter(({ msg }) => msg === 'messages refused'), [{ level: 30, messages: 1, code: 'INVALID_PAYLOAD' }])
})
