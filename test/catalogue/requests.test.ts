import t, { type Test } from 'tap'
import { connectAs, startService, tokenFor } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { connectHttp, exchange, handshake, type HandshakeParts } from '../support/http-peer.ts'

/** Generous for what takes a few milliseconds; what grows with the square of 15,000 takes longer. */
const SOON_MS = 2_000
const service = await startService(t, { WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', WS_CONSOLE: 'on', LOG_LEVEL: 'error' })
const bystander = await startBystander(t, service)
const token = await tokenFor({ sub: 'root', role: 'admin' })
const good = `/ws?token=${token}`
const authorization = `Authorization: Bearer ${token}`
const sound = '{"message":"x"}'
const json = 'Content-Type: application/json'

/** Statuses of all answers to some bytes, up to the end of the connection. */
async function statusesOf (t: Test, text: string): Promise<number[]> {
  const peer = await connectHttp(t, service.address)
  const from = performance.now()
  peer.socket.end(text, 'latin1')
  await peer.closed
  t.ok(performance.now() - from < SOON_MS, 'answered soon')
  return Array.from(peer.rest.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status))
}

/** A POST of these header lines and this body. */
function post (path: string, lines: readonly string[], body: string): string {
  return [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', authorization, ...lines, '', body].join('\r\n')
}

for (const compression of ['off', 'on']) {
  t.test(`a20: handshakes with headers in masses are decided at once, with compression ${compression}`, async (t) => {
    const { address } = await startService(t, { WS_COMPRESSION: compression, WS_HANDSHAKE_RATE: '0', LOG_LEVEL: 'error' })
    const bystander = await startBystander(t, { address })
    const expectStatus = async (what: string, statuses: readonly number[], parts: HandshakeParts): Promise<void> => {
      const from = performance.now()
      const { status } = await exchange(t, address, handshake({ path: good, ...parts }))
      t.ok(statuses.includes(status), `${what}: ${status}`)
      t.ok(performance.now() - from < SOON_MS, `${what}: soon`)
    }
    await expectStatus('15 kB', [101], { headers: { 'x-long': 'x'.repeat(15_000) } })
    await expectStatus('16 kB and more', [431], { headers: { 'x-long': 'x'.repeat(16 * 1024 + 1) } })
    await expectStatus('16 kB of name', [431], { headers: { ['x'.repeat(16 * 1024 + 1)]: 'x' } })
    // Node 20 leaves out what is above its count, later versions refuse it.
    await expectStatus('2,500 names', [101, 431], { lines: Array.from({ length: 2_500 }, (_, index) => `${index.toString(36)}:`) })
    await expectStatus('2,500 times one', [101, 431], { lines: Array.from({ length: 2_500 }, () => 'a:b') })
    await expectStatus('names of every object', [101], { lines: ['__proto__: x', 'constructor: x', 'toString: x', 'hasOwnProperty: x', '__PROTO__: x'] })
    await expectStatus('two hosts', [101, 400], { lines: ['Host: evil.example'] })
    await expectStatus('two upgrades', [400], { lines: ['Upgrade: websocket'] })
    await expectStatus('two versions', [426], { lines: ['Sec-WebSocket-Version: 13'] })
    await expectStatus('a list twice', [101], { lines: ['Connection: upgrade', 'Sec-WebSocket-Extensions: x', 'Sec-WebSocket-Extensions: x'] })
    const masses = [';', ' ', ',', '=', '"', '\t', '\\', 'x', ', ', '; ', 'a;', 'a=', 'permessage-deflate,', 'permessage-deflate;', '"\\', 'a="', '\u00a0']
    for (const mass of masses) {
      const filler = mass.repeat(Math.floor(15_000 / mass.length))
      for (const value of [filler, `x${filler}x`, `permessage-deflate; x="${filler}`, `permessage-deflate; client_max_window_bits${filler}=15`]) {
        await expectStatus(`extensions of ${JSON.stringify(mass)}`, [101, 400], { headers: { 'sec-websocket-extensions': value } })
        await expectStatus(`protocols of ${JSON.stringify(mass)}`, [101, 400], { headers: { 'sec-websocket-protocol': value } })
      }
    }
    await bystander.check(t)
  })
}

t.test('a20: headers that are called as what every object has change the answer of no route', async (t) => {
  const lines = ['__proto__: x', '__proto__: {"admin":true}', 'constructor: x', 'prototype: x', 'toString: x', 'hasOwnProperty: x', 'valueOf:']
  const paths = ['/health', '/health/live', '/health/ready', '/metrics', '/docs', '/docs/json', '/docs/asyncapi.json', '/console', '/console/settings.json', '/ws', '/ws/online', '/ws/stats', '/ws/rooms', '/ws/users/x', '/nothing', '/__proto__', '/ws/__proto__', '/ws/rooms/__proto__', '/ws/users/__proto__']
  for (const path of paths) {
    const request = (extra: readonly string[]): string => [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', authorization, ...extra, '', ''].join('\r\n')
    t.strictSame(await statusesOf(t, request(lines)), await statusesOf(t, request([])), path)
  }
  t.notOk('admin' in {})
})

t.test('a21: a body of an odd content type is refused, or checked as any other', async (t) => {
  const listener = await connectAs(t, service, 'ada')
  const length = (body: string): string => `Content-Length: ${body.length}`
  const odd = [
    'application/json\ttext', 'application/json text', 'application/json x; charset=utf-8', 'application/json/x', 'application /json', 'application/ json', 'application', 'json', '/', ';', '',
    'application/json,text/plain', 'application/jsonx', 'application/vnd.api+json', 'text/plain', 'text/json', 'text/html', 'multipart/form-data', 'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded', '__proto__', 'toString', '*/*', 'application/*', '"application/json"', 'application/json\\; x'
  ]
  // The console is there where it has been built.
  const paths = ['/ws/broadcast', '/ws/publish', '/ws/users/x/disconnect', '/console/token'].filter((path) => path !== '/console/token' || service.app.hasRoute({ method: 'POST', url: path }))
  for (const type of odd) {
    for (const path of paths) {
      t.match(await statusesOf(t, post(path, [`Content-Type: ${type}`, length(sound)], sound)), [/^(400|415)$/], `${path} of ${JSON.stringify(type)}`)
    }
  }
  t.match(await statusesOf(t, post('/ws/broadcast', [length(sound)], sound)), [/^(400|415)$/], 'of none')
  const wrong = '{"message":7}'
  // What is left of these without their blanks and parameters is the type of JSON.
  const same = ['application/json\u00a0', '\u00a0application/json', 'application/json\t', '  application/json', '\tapplication/json', 'application/json ', 'application/json;', 'application/json\t; charset=utf-8', 'application/json; charset=utf-16', 'APPLICATION/JSON', 'application/json; x="', `application/json;${' '.repeat(15_000)}x`]
  for (const type of same) t.match(await statusesOf(t, post('/ws/broadcast', [`Content-Type: ${type}`, length(wrong)], wrong)), [/^(400|415)$/], `a wrong body of ${JSON.stringify(type.slice(0, 40))}`)
  t.match(await statusesOf(t, post('/ws/broadcast', [json, 'Content-Encoding: gzip', length('\x1f\x8b')], '\x1f\x8b')), [400])
  t.strictSame(await listener.drain(), [], 'nothing was sent')
  await bystander.check(t)
})

t.test('a21: a request whose end can be read in two ways is refused, and what is behind it is not read', async (t) => {
  const listener = await connectAs(t, service, 'ada')
  const behind = post('/ws/broadcast', [json, 'Content-Length: 15'], sound)
  const chunked = `f\r\n${sound}\r\n0\r\n\r\n`
  const te = 'Transfer-Encoding: chunked'
  const twoWays: Record<string, string> = {
    'lines that end with LF alone': post('/ws/broadcast', [json, 'Content-Length: 15'], sound).replaceAll('\r\n', '\n'),
    'one line that ends with LF alone': post('/ws/broadcast', [`${json}\nContent-Length: 15`], sound),
    'one line that ends with CR alone': post('/ws/broadcast', [`${json}\rX: y`, 'Content-Length: 15'], sound),
    'a folded line': post('/ws/broadcast', [json, 'X: y', ' z', 'Content-Length: 15'], sound),
    'a blank before the colon': post('/ws/broadcast', [json, 'Content-Length : 15'], sound),
    'a NUL': post('/ws/broadcast', [json, 'X: \0', 'Content-Length: 15'], sound),
    'length and chunks': post('/ws/broadcast', [json, 'Content-Length: 4', te], chunked),
    'chunks and length': post('/ws/broadcast', [json, te, 'Content-Length: 4'], chunked),
    'two lengths': post('/ws/broadcast', [json, 'Content-Length: 15', 'Content-Length: 0'], sound),
    'one length twice': post('/ws/broadcast', [json, 'Content-Length: 15', 'Content-Length: 15'], sound),
    ...Object.fromEntries(['15, 15', '+15', '-1', '0x0f', '15 15', '1e1', '', '99999999999999999999'].map((value) => [`length ${value}`, post('/ws/broadcast', [json, `Content-Length: ${value}`], sound)])),
    ...Object.fromEntries(['chunked, identity', 'identity', 'xchunked', 'chunked; x', 'chunked\t,', '"chunked"'].map((value) => [`coding ${value}`, post('/ws/broadcast', [json, `Transfer-Encoding: ${value}`], chunked)])),
    ...Object.fromEntries(['0xf', '+f', '-f', 'g', ' f', '', 'fffffffffffffffff', '10', 'e', `f;${'x'.repeat(20_000)}`, 'f\n', 'f\r'].map((size) => [
      `chunk of ${size.slice(0, 20)}`, post('/ws/broadcast', [json, te], `${size}\r\n${sound}\r\n0\r\n\r\n`)
    ])),
    'a chunk without an end of line': post('/ws/broadcast', [json, te], `f\r\n${sound}0\r\n\r\n`),
    'chunks with LF alone': post('/ws/broadcast', [json, te], chunked.replaceAll('\r\n', '\n')),
    'a body of no length': post('/ws/broadcast', [json], sound)
  }
  for (const [what, text] of Object.entries(twoWays)) {
    const statuses = await statusesOf(t, text.replace('Connection: close\r\n', '') + behind)
    t.match(statuses, [/^(400|413|415)$/], what)
  }
  t.strictSame(await listener.drain(), [], 'nothing was sent')
  t.strictSame(await statusesOf(t, behind), [200], 'the sound one is taken')
  await bystander.check(t)
})

t.test('a21: a body above the limit is refused with 413, announced or in chunks', async (t) => {
  const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`
  for (const text of [post('/ws/publish', [json, `Content-Length: ${4 * 1024 * 1024 + 1}`], ''), post('/ws/publish', [json, 'Transfer-Encoding: chunked'], chunk.repeat(5))]) {
    const peer = await connectHttp(t, service.address)
    peer.write(text)
    t.equal((await peer.response()).status, 413)
    await peer.closed
  }
})
