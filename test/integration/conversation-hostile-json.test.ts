import t, { type Test } from 'tap'
import type { TestClient } from '../client.ts'
import { memberOf, startService } from '../helper.ts'

/** Generous for what takes a few milliseconds. */
const SOON_MS = 2_000

/** Two members of one room. The second stands by: what happens to the first must not reach it. */
async function pair (t: Test, env: Record<string, string> = {}): Promise<{ ada: TestClient, bob: TestClient }> {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', ...env })
  const bob = await memberOf(t, service, 'bob', 'general')
  const ada = await memberOf(t, service, 'ada', 'general')
  await bob.drain()
  return { ada, bob }
}

/** The text of a publish whose payload is this text. An id is a key: other content wants another one. */
function publish (payload: string, id = 'p'): string {
  return `{"type":"publish","id":"${id}","room":"general","payload":${payload}}`
}

t.test('a8, M14: keys that change an object\'s prototype are refused at any depth and in any spelling, and nobody gets them', async (t) => {
  const { ada, bob } = await pair(t)
  const poison = [
    '{"__proto__":{"x":1}}', '{"\\u005f_proto__":{"x":1}}', '{"\\u005F\\u005Fproto\\u005f\\u005f":1}', '[[{"a":{"__proto__":{"x":1}}}]]',
    '{"constructor":{"prototype":{"x":1}}}', '{"a":[{"c\\u006fnstructor":{"\\u0070rototype":{"x":1}}}]}'
  ]
  for (const payload of poison) {
    ada.send(publish(payload))
    t.match(await ada.next(), { type: 'error', id: 'p', payload: { code: 'INVALID_PAYLOAD', message: /^\/payload.*: expected no such key$/ } }, payload)
  }
  t.strictSame(await bob.drain(), [])
  t.notOk('x' in {})
})

t.test('a8: such keys are refused at the top of the envelope and beside a payload too', async (t) => {
  const { ada } = await pair(t)
  for (const field of ['"__proto__":{"x":1,"room":"general"}', '"\\u005f_proto__":null', '"constructor":{"prototype":{"x":1}}', '"sender":{"__proto__":{}}']) {
    ada.send(`{"type":"online_users","id":"p","room":"general",${field}}`)
    t.match(await ada.next(), { type: 'error', id: 'p', payload: { code: 'INVALID_PAYLOAD' } }, field)
  }
  t.notOk('x' in {})
})

t.test('a type, room or payload hidden in a prototype is none', async (t) => {
  const { ada } = await pair(t)
  ada.send('{"__proto__":{"type":"ping"}}')
  t.match(await ada.next(), { payload: { code: 'INVALID_FORMAT' } })
})

t.test('harmless keys of alike names are content and arrive as sent', async (t) => {
  const { ada, bob } = await pair(t)
  const payload = { constructor: 'x', prototype: { constructor: [] }, toString: 1, hasOwnProperty: null, valueOf: {} }
  t.equal((await ada.request({ type: 'publish', room: 'general', payload })).type, 'ack')
  t.equal(JSON.stringify((await bob.next()).payload), JSON.stringify(payload))
})

t.test('a payload of 32 levels arrives, one of 33 is refused', async (t) => {
  const { ada, bob } = await pair(t)
  for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
    const nested = (levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`
    ada.send(publish(nested(33)))
    t.match(await ada.next(), { type: 'error', id: 'p', payload: { code: 'INVALID_PAYLOAD', message: /: expected at most 32 levels of nesting$/ } })
    ada.send(publish(nested(32), open.slice(0, 1)))
    t.match(await ada.next(), { type: 'ack' })
    t.equal(JSON.stringify((await bob.next()).payload), nested(32))
  }
  t.strictSame(await bob.drain(), [])
})

t.test('a9, M13: 30,000 levels in 60 kB are refused and harm nobody', async (t) => {
  const { ada, bob } = await pair(t)
  const texts = [publish('['.repeat(30_000) + ']'.repeat(30_000)), publish('{"":'.repeat(13_000) + '1' + '}'.repeat(13_000))]
  for (const text of texts) {
    ada.send(text)
    t.match(await ada.next(), { type: 'error', payload: { code: 'INVALID_PAYLOAD' } })
  }
  ada.send('['.repeat(60_000))
  t.match(await ada.next(), { type: 'error', payload: { code: 'INVALID_FORMAT' } })
  t.match(await bob.request({ type: 'ping' }), { type: 'pong' })
})

t.test('a10: 10,000 keys, alike, integer-like or made to fall into one place of a table, arrive as sent and soon', async (t) => {
  const { ada, bob } = await pair(t, { WS_MAX_MESSAGE_SIZE: '1000000' })
  for (const prefix of ['', 'k', '-', '0x']) {
    for (const step of [1, 1_024, 65_536, 1_048_576]) {
      const payload = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${prefix}${n * step}`, n]))
      const from = performance.now()
      t.equal((await ada.request({ type: 'publish', room: 'general', payload })).type, 'ack')
      t.ok(performance.now() - from < SOON_MS, `${prefix}, ${step}: ${(performance.now() - from).toFixed(1)} ms`)
      // By their text: the comparison of the test framework takes longer than all else.
      t.ok(JSON.stringify((await bob.next()).payload) === JSON.stringify(payload), 'as sent')
    }
  }
})

t.test('a10: of a key that stands twice, or 5,000 times, the last counts', async (t) => {
  const { ada, bob } = await pair(t)
  ada.send('{"type":"ping","type":"publish","room":"*","room":"general","payload":1,"payload":{"a":1,"a":2}}')
  t.equal((await ada.next()).type, 'ack')
  t.strictSame((await bob.next()).payload, { a: 2 })
  ada.send(`{${'"type":"ping",'.repeat(4_000)}"type":"publish","room":"general","payload":{${'"7":1,'.repeat(1_000)}"7":2}}`)
  t.equal((await ada.next()).type, 'ack')
  t.strictSame((await bob.next()).payload, { 7: 2 })
})

t.test('lone surrogates, escaped control characters and line separators arrive as sent', async (t) => {
  const { ada, bob } = await pair(t)
  const payload = { content: '\ud800 \udfff\ud83d \u0000\u0001\u001f\u007f\u2028\u2029\ufeff\ufffe', '\udc00': '\\"/\b\f\n\r\t' }
  t.equal((await ada.request({ type: 'send_message', room: 'general', payload })).type, 'ack')
  t.strictSame((await bob.next()).payload, payload)
})

t.test('numbers that no double can hold do no harm', async (t) => {
  const { ada, bob } = await pair(t)
  ada.send(publish(`[1e999,-1e999,1e-999,-0,${'9'.repeat(400)},0.1,9007199254740993,123456789012345678901234567890]`))
  t.equal((await ada.next()).type, 'ack')
  t.strictSame((await bob.next()).payload, [null, null, 0, 0, null, 0.1, 9007199254740992, 1.2345678901234568e29])
  for (const field of ['"id":1e999', '"room":1e999', '"seq":1e999']) ada.send(`{"type":"join_room","room":"general",${field}}`)
  t.strictSame((await ada.drain()).map(({ type }) => type), ['error', 'error', 'room_info'])
})

t.test('a6: a BOM before the envelope makes it no JSON', async (t) => {
  const { ada } = await pair(t)
  ada.send('\ufeff{"type":"ping","id":"p"}')
  t.match(await ada.next(), { type: 'error', payload: { code: 'INVALID_FORMAT' } })
})

t.test('white space around an envelope is no harm', async (t) => {
  const { ada } = await pair(t)
  ada.send(' \n\t\r{ "type" : "ping" , "id" : "p" }\n ')
  t.match(await ada.next(), { type: 'pong', id: 'p' })
})
