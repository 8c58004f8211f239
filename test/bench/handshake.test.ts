import t from 'tap'
import { endOfUpgrade, upgradeRequest } from '../../bench/load/handshake.ts'

t.test('an upgrade ends where the frames begin', async (t) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'
  t.equal(endOfUpgrade(Buffer.from(head)), head.length)
  t.equal(endOfUpgrade(Buffer.from(`${head}\x81\x00`, 'latin1')), head.length)
})

t.test('half an answer is waited for', async (t) => {
  t.equal(endOfUpgrade(Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpg')), undefined)
  t.equal(endOfUpgrade(Buffer.alloc(0)), undefined)
})

t.test('a refusal is told with its status and body', async (t) => {
  const refusal = 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\n\r\n{"error":"slower"}'
  t.throws(() => endOfUpgrade(Buffer.from(refusal)), { message: 'handshake refused: HTTP/1.1 429 Too Many Requests {"error":"slower"}' })
})

t.test('an answer that is no HTTP is not gathered for ever', async (t) => {
  t.throws(() => endOfUpgrade(Buffer.alloc(20_000, 'x')), /handshake refused/)
})

t.test('a token goes into the header, and only if there is one', async (t) => {
  const url = new URL('ws://hub.example:81/ws?dialect=hub.v1')
  t.match(upgradeRequest(url, 'abc'), /^GET \/ws\?dialect=hub\.v1 HTTP\/1\.1\r\nHost: hub\.example:81\r\n[^]*\r\nAuthorization: Bearer abc\r\n\r\n$/)
  t.notMatch(upgradeRequest(url), /Authorization/)
})
