import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import Fastify from 'fastify'
import pino from 'pino'
import t from 'tap'
import { loggerOptions } from '../../config/logger-options.ts'

const CANARY = 'canary-0451'
const options = loggerOptions({ logLevel: 'trace' })

/** A stream that keeps what is logged, and all of it as one text. */
function memory () {
  const lines: string[] = []
  const stream = new Writable({
    write (line, _encoding, done) {
      lines.push(String(line))
      done()
    }
  })
  return { stream, text: () => lines.join(''), lines: () => lines.map((line) => JSON.parse(line)) }
}

/** Sends raw bytes to a Fastify application with our logger; resolves to the log when the server has answered and closed. */
async function logOfRequest (raw: string): Promise<string> {
  const { stream, text } = memory()
  const app = Fastify({ logger: { ...options, stream } })
  app.get('/fail', async (request) => { throw new Error(`failed at ${request.url}`) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.resume().end(raw)
  await once(socket, 'close')
  await app.close()
  return text()
}

t.test('a line has the level as wanted, an ISO time and the name of the service', async (t) => {
  const { stream, lines } = memory()
  const log = pino(loggerOptions({ logLevel: 'warn' }), stream)
  log.info('not wanted')
  log.warn('wanted')
  t.match(lines(), [{ level: 40, time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, service: 'wshub', pid: process.pid, msg: 'wanted' }])
  t.equal(lines().length, 1)
})

t.test('a request is logged by method, URL without token and address alone', async (t) => {
  const { stream, lines } = memory()
  const headers = { authorization: CANARY }
  pino(options, stream).info({ req: { method: 'GET', url: `/ws?token=${CANARY}&a=1`, ip: '10.0.0.1', headers } })
  t.same(lines()[0]?.req, { method: 'GET', url: '/ws?token=***&a=1', remoteAddress: '10.0.0.1' })
})

t.test('the raw request of Node is logged in the same form', async (t) => {
  const { stream, lines } = memory()
  pino(options, stream).info({ req: { method: 'GET', url: '/ws', socket: { remoteAddress: '10.0.0.2' } } })
  t.same(lines()[0]?.req, { method: 'GET', url: '/ws', remoteAddress: '10.0.0.2' })
})

t.test('headers and fields that hold a secret are hidden, also in a child logger', async (t) => {
  const { stream, text } = memory()
  const headers = { authorization: CANARY, cookie: CANARY, 'sec-websocket-protocol': CANARY }
  const log = pino(options, stream)
  log.info({ ...headers, headers, upgrade: { headers }, token: CANARY, user: { token: CANARY, ticket: CANARY }, jwtSecret: CANARY })
  log.info({ config: { jwtSecret: CANARY }, rawHeaders: ['Cookie', CANARY], incoming: { rawHeaders: [CANARY] } })
  log.child({ headers, token: CANARY }).info('text')
  t.notMatch(text(), CANARY)
})

t.test('an error keeps its text, code and stack, without token and raw bytes', async (t) => {
  const { stream, lines, text } = memory()
  const cause = new Error(`cause /a?ticket=${CANARY}`)
  const error = Object.assign(new Error(`no /ws?token=${CANARY} here`, { cause }), { code: 'E_NO', rawPacket: Buffer.from(CANARY) })
  pino(options, stream).error({ err: error }, error.message)
  t.match(lines(), [{ err: { type: 'Error', message: 'no /ws?token=*** here: cause /a?ticket=***', code: 'E_NO', stack: /logger-options/ } }])
  t.notMatch(text(), CANARY)
  t.notMatch(text(), 'rawPacket')
})

t.test('what is thrown without being an error is logged in the same form', async (t) => {
  const { stream, lines } = memory()
  pino(options, stream).error({ err: 'just a text' })
  t.same(lines()[0]?.err, { type: 'string', message: 'just a text', stack: '' })
})

t.test('no text and no field lets a URL with a token through', async (t) => {
  const { stream, text, lines } = memory()
  const log = pino(options, stream)
  log.info(`asked for /ws?token=${CANARY}`)
  log.info('asked for %s', `/ws?tok%65n="${CANARY}"`)
  log.info({ url: `/ws?token=${CANARY}`, deep: { er: { still: [`/ws?token=${CANARY}`] } } })
  t.equal(lines().length, 3)
  t.notMatch(text(), CANARY)
})

for (const [what, raw] of Object.entries({
  'an unknown route': `GET /no?token=${CANARY} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
  'a route that fails': `GET /fail?tok%65n=${CANARY} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
  'headers with a token': `GET /fail HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ${CANARY}\r\nCookie: t=${CANARY}\r\n\r\n`,
  'a malformed request': `GET /fail?token=${CANARY} broken\r\nAuthorization: Bearer ${CANARY}\r\n\r\n`,
  'a quoted token': `GET /no?token="${CANARY}" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`
})) {
  t.test(`the log of ${what} in a real server holds no token`, async (t) => {
    const text = await logOfRequest(raw)
    t.match(text, /incoming request|client error/)
    t.notMatch(text, CANARY)
  })
}
