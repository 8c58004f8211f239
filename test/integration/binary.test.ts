import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import WebSocket from 'ws'
import { connect } from '../client.ts'
import { connectAs, memberOf, startService, tokenFor } from '../helper.ts'
import { connectBinary } from '../support/binary-client.ts'
import { encodeRequest } from '../support/hub-proto.ts'
import { projectRoot } from '../support/project-root.ts'

t.test('a conversation over Protocol Buffers has all that one over JSON has, and both hear each other (S3-87)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'hall')
  const ada = await connectBinary(t, service, 'ada')
  t.equal(ada.socket.protocol, 'protobuf.v1')
  t.match(ada.welcome.payload, { user_id: 'ada', dialect: 'protobuf.v1', message: 'Connected to WebSocket server' })
  t.match(await ada.request({ type: 'join_room', id: '1', room: 'hall' }), { type: 'room_info', payload: { room_id: 'hall', count: 2 } })
  t.match(await ada.request({ type: 'send_message', id: '2', room: 'hall', payload: { content: 'Grüße 👋' } }), { type: 'ack', payload: { seq: 1 } })
  t.match(await bob.next('new_message'), { id: '2', room: 'hall', seq: 1, sender: { id: 'ada', name: 'ada' }, payload: { content: 'Grüße 👋' } })
  bob.send({ type: 'send_message', id: 'b1', room: 'hall', payload: { content: 'hello', list: [1, null, 2.5] } })
  const heard = await ada.next('new_message')
  t.match(heard, { id: 'b1', room: 'hall', seq: 2, sender: { id: 'bob' }, payload: { content: 'hello', list: [1, null, 2.5] } })
  t.match(await ada.request({ type: 'history', id: '3', room: 'hall' }), { payload: { messages: [{ seq: 1 }, { seq: 2, timestamp: heard['timestamp'] }], more: false } })
  t.match(await ada.request({ type: 'ping', id: '4' }), { type: 'pong', payload: null })
})

t.test('the dialect can be asked for in the address', async (t) => {
  const service = await startService(t)
  const { socket } = connect(t, service.address, { path: '/ws?dialect=protobuf.v1', token: await tokenFor({ sub: 'ada' }), checksFrames: false })
  socket.removeAllListeners('message')
  const isBinary = await new Promise<boolean>((resolve) => { socket.once('message', (_data, isBinary) => resolve(isBinary)) })
  t.ok(isBinary)
})

t.test('undecodable frames are INVALID_FORMAT, the connection stays, and one too many ends it with 4002 (S3-87)', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  for (const bad of [Buffer.from([0xff]), Buffer.from([0x1a, 0x7f, 0x61]), Buffer.alloc(0), Buffer.from('\x2a\x01{')]) {
    ada.send(bad)
    const { payload, error } = await ada.next('error')
    t.match(payload, { code: 'INVALID_FORMAT', message: /^invalid message format/, severity: 'client' })
    t.equal(error, payload['message'])
  }
  ada.send(Buffer.concat([encodeRequest({ type: 'publish', id: 'mine' }), Buffer.from('\x2a\x01{')]))
  t.match(await ada.next('error'), { id: 'mine', payload: { code: 'INVALID_FORMAT' } })
  t.equal((await ada.request({ type: 'ping', id: '1' })).type, 'pong', 'still there')
  ada.send(Buffer.from([0xff]))
  t.strictSame(await ada.closed, { code: 4002, reason: 'Invalid JSON' })
})

t.test('a13: JSON in a text frame is no frame of this dialect: INVALID_FORMAT, and the connection stays', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  for (const text of ['{"type":"ping"}', 'hello', '[]']) {
    ada.send(text)
    t.match(await ada.next('error'), { payload: { code: 'INVALID_FORMAT' } }, text)
  }
  t.equal((await ada.request({ type: 'ping', id: '1' })).type, 'pong')
})

t.test('refusals have the codes and the ids that hub.v1 gives them', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  const json = await connectAs(t, service, 'bob')
  const requests = [
    { type: 'no.such.type', id: '1' },
    { type: 'join_room', id: '2' },
    { type: 'join_room', id: '3', room: '*' },
    { type: 'send_message', id: '4', room: 'hall', payload: { content: 'x' } },
    { type: 'send_message', id: '5', room: 'hall', payload: { content: 5 } },
    { type: 'publish', id: '', room: 'hall' },
    { type: 'history', id: '7', room: '' },
    { type: 'publish', id: '8', room: 'hall', payload: JSON.parse('{"__proto__":1}') }
  ]
  for (const request of requests) {
    ada.send(request)
    json.send(request)
    const { type, id, payload, error } = await ada.next('error')
    t.strictSame(JSON.parse(JSON.stringify({ type, id, payload, error })), timeless(await json.next('error')))
  }
})

t.test('large frames go both ways, those above the size are refused unread, those far above end it (S3-87)', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '100000' })
  const ada = await connectBinary(t, service, 'ada')
  const bob = await connectBinary(t, service, 'bob')
  for (const client of [ada, bob]) await client.request({ type: 'subscribe', id: 's', room: 'hall' })
  const content = 'é'.repeat(49_000)
  t.equal((await ada.request({ type: 'publish', id: 'large', room: 'hall', payload: content })).type, 'ack')
  t.equal((await bob.next('message')).payload, content)
  ada.send({ type: 'publish', id: 'larger', room: 'hall', payload: 'x'.repeat(100_000) })
  t.match(await ada.next('error'), { payload: { code: 'MESSAGE_TOO_LARGE' } })
  ada.send({ type: 'publish', id: 'huge', room: 'hall', payload: 'x'.repeat(400_001) })
  t.equal((await ada.closed).code, 1009)
})

t.test('a client of the binary dialect comes back and is shown what it missed', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', id: '1', room: 'hall' })
  ada.socket.terminate()
  await ada.closed
  const bob = await memberOf(t, service, 'bob', 'hall')
  for (const content of ['one', 'two']) await bob.request({ type: 'send_message', room: 'hall', payload: { content } })
  const again = await connectBinary(t, service, 'ada')
  const { payload } = await again.request({ type: 'resume', id: '1', payload: { topics: { 'room:hall': { epoch, seq: 0, member: true } } } })
  t.match(payload, { topics: { 'room:hall': { recovered: true, missed: 2, seq: 0 } } })
  for (const content of ['one', 'two']) t.match(await again.next('new_message'), { payload: { content }, sender: { id: 'bob' } })
})

t.test('a publish that is repeated with the same id is told so', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  await ada.request({ type: 'join_room', id: 'j', room: 'hall' })
  const message = { type: 'send_message', id: 'once', room: 'hall', payload: { content: 'x' } }
  t.match(await ada.request(message), { type: 'ack', payload: { seq: 1 } })
  t.match(await ada.request(message), { type: 'ack', payload: { seq: 1, duplicate: true } })
})

t.test('large binary frames are compressed for those who offer it, in both directions', async (t) => {
  const service = await startService(t, { WS_COMPRESSION: 'on' })
  const options: WebSocket.ClientOptions = { perMessageDeflate: { threshold: 0 } }
  const [ada, bob] = [await connectBinary(t, service, 'ada', options), await connectBinary(t, service, 'bob', options)]
  t.match(ada.socket.extensions, /permessage-deflate/)
  for (const client of [ada, bob]) await client.request({ type: 'join_room', id: 'j', room: 'hall' })
  for (const content of ['short', 'long '.repeat(2_000)]) {
    t.equal((await ada.request({ type: 'send_message', id: content.slice(0, 5), room: 'hall', payload: { content } })).type, 'ack')
    t.equal((await bob.next('new_message')).payload['content'], content)
  }
})

t.test('what REST sends comes over like any message', async (t) => {
  const service = await startService(t)
  const ada = await connectBinary(t, service, 'ada')
  await service.app.hub.toUser('ada', { type: 'user.updated', payload: { name: 'Ada' } })
  t.match(await ada.next('user.updated'), { payload: { name: 'Ada' }, topic: 'user:ada', seq: 1 })
})

t.test('the service hands out the description of its binary dialect, the one of the package (S3-87)', async (t) => {
  const service = await startService(t)
  const response = await fetch(`${service.address}/docs/hub.proto`)
  t.match(response.headers.get('content-type'), 'text/plain')
  const text = await response.text()
  t.equal(text, await readFile(join(projectRoot, 'src', 'protocol', 'protobuf', 'hub.proto'), 'utf8'))
  t.equal(text, await readFile(join(projectRoot, 'dist', 'schemas', 'hub.proto'), 'utf8'))
})

function timeless ({ timestamp, ...frame }: object & { readonly timestamp: string }): object {
  return { ...frame }
}
