import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Type } from '@sinclair/typebox'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { connect, RefusedError, type ConnectOptions, type Hub } from '../../client/binary/index.ts'
import * as binary from '../../client/binary/index.ts'
import * as json from '../../client/index.ts'
import { memberOf, startService, tokenFor, until, type TestService } from '../helper.ts'
import { projectRoot } from '../support/project-root.ts'
import { startScripted } from './scripted-service.ts'

/** As Node 20 uses it: with the class of the package `ws`. */
async function hubAt (t: Test, { address }: Pick<TestService, 'address'>, user: string, options: ConnectOptions = {}): Promise<Hub> {
  const hub = connect(`${address}/ws`, { WebSocket, token: await tokenFor({ sub: user, name: user }), backOff: { firstMs: 20 }, ...options })
  t.teardown(() => hub.close())
  return hub
}

t.test('wshub/client/binary has everything that wshub/client has, and a connect of its own (S3-87)', async (t) => {
  t.strictSame(Object.keys(binary).sort(), Object.keys(json).sort())
  const { connect: ours, ...rest } = binary
  t.not(ours, json.connect)
  for (const [name, value] of Object.entries(rest)) t.equal(value, (json as Record<string, unknown>)[name], name)
})

t.test('the published module has the same names, and speaks the binary dialect', async (t) => {
  const published: typeof binary = await import(pathToFileURL(join(projectRoot, 'dist', 'client', 'wshub-binary.js')).href)
  t.strictSame(Object.keys(published).sort(), Object.keys(binary).sort())
  const service = await startService(t)
  const hub = published.connect(`${service.address}/ws`, { WebSocket, token: await tokenFor({ sub: 'ada' }) })
  t.teardown(() => hub.close())
  t.match(await hub.ready(), { user_id: 'ada', dialect: 'protobuf.v1' })
})

t.test('a client of the binary dialect and one of JSON talk, and what is missed comes after the way back', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const hub = await hubAt(t, service, 'ada')
  const heard: unknown[] = []
  const room = await hub.join('general')
  room.on('message', ({ sender, payload, seq }) => heard.push([sender?.name, payload.content, seq]))
  room.on('typing', ({ person, isTyping }) => heard.push([person.id, isTyping]))
  t.match(await room.send({ content: 'Grüße 👋', n: 1.5 }), { seq: 1 })
  t.match(await bob.next('new_message'), { payload: { content: 'Grüße 👋', n: 1.5 }, sender: { id: 'ada' } })
  bob.send({ type: 'typing', room: 'general' })
  await bob.request({ type: 'send_message', room: 'general', payload: { content: 'hi' } })
  await until(() => heard.length === 2)
  await service.app.hub.disconnect({ users: ['ada'] })
  await bob.request({ type: 'send_message', room: 'general', payload: { content: 'missed' } })
  await until(() => heard.length === 3)
  t.strictSame(heard, [['bob', true], ['bob', 'hi', 2], ['bob', 'missed', 3]])
  t.match(await room.history(), { messages: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] })
})

t.test('refusals, application types and sizes are as in JSON', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  service.app.hub.handle('vote', { schema: Type.Object({ choice: Type.Integer() }) }, (_context, payload) => ({ counted: payload }))
  const hub = await hubAt(t, service, 'ada')
  t.strictSame(await hub.request('vote', { choice: 1 }), { counted: { choice: 1 } })
  const refused = hub.request('no.such.type')
  await t.rejects(refused, { code: 'UNKNOWN_TYPE' })
  await t.rejects(refused, RefusedError)
  const room = await hub.join('general')
  await t.rejects(room.send({ content: 'x'.repeat(1_000) }), { code: 'MESSAGE_TOO_LARGE' })
  t.match(await room.send({ content: 'x'.repeat(900) }), { seq: 1 }, 'bytes of the binary frame count')
})

t.test('an id in use says the same again, or is refused for another message', async (t) => {
  const service = await startService(t)
  const room = await (await hubAt(t, service, 'ada')).join('general')
  const [first, second] = [room.send({ content: 'x' }, { id: 'mine' }), room.send({ content: 'x' }, { id: 'mine' })]
  const other = room.send({ content: 'y' }, { id: 'mine' })
  await t.rejects(other, { code: 'INVALID_PAYLOAD' })
  t.strictSame(await first, await second)
})

t.test('a frame that cannot be read ends the connection, and the next one is made', async (t) => {
  const service = await startScripted(t, 'protobuf.v1')
  const hub = connect(service.url, { WebSocket, token: 'a.b.c', backOff: { firstMs: 1 } })
  t.teardown(() => hub.close())
  const reasons: string[] = []
  hub.on('state', ({ reason }) => reasons.push(reason))
  const first = await service.next()
  t.match(first.protocols, /^protobuf\.v1,bearer,a\.b\.c$/)
  first.sendText('{"type":"connected"}')
  await service.next()
  t.match(reasons.join(), /an unreadable frame/)
})
