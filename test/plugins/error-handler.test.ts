import Fastify from 'fastify'
import t from 'tap'
import errorHandler from '../../plugins/error-handler.ts'
import { HubError } from '../../src/errors.ts'
import { HttpError } from '../../src/http-error.ts'
import { startService, tokenFor, type Teardown } from '../helper.ts'
import { connectHttp, exchange } from '../support/http-peer.ts'

const service = await startService(t)
const authorization = `Authorization: Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}`

/** Status and body of the answer to some lines of HTTP. */
async function answerTo (t: Teardown, lines: string[], body = ''): Promise<{ status: number, body: unknown }> {
  const answer = await exchange(t, service.address, [...lines, '', body].join('\r\n'))
  return { status: answer.status, body: answer.json() }
}

/** A broadcast of an administrator with this body. */
async function broadcast (t: Teardown, body: string, contentType = 'application/json'): Promise<{ status: number, body: unknown }> {
  const headers = ['Host: x', authorization, `Content-Type: ${contentType}`, `Content-Length: ${body.length}`]
  return await answerTo(t, ['POST /ws/broadcast HTTP/1.1', ...headers], body)
}

t.test('a21: What Node cannot read is refused in the form of all errors', async (t) => {
  const malformed = { status: 400, body: { error: 'malformed request', code: 'BAD_REQUEST' } }
  t.strictSame(await answerTo(t, ['nonsense']), malformed)
  t.strictSame(await answerTo(t, ['FOO / HTTP/1.1', 'Host: x']), malformed)
  t.strictSame(await answerTo(t, ['GET / HTTP/9.9', 'Host: x']), malformed)
  t.strictSame(await answerTo(t, ['GET / HTTP/1.1', 'Host: x', 'Bad Header: x']), malformed)
  t.strictSame(await answerTo(t, ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), malformed)
  t.strictSame(await answerTo(t, ['GET / HTTP/1.1\nHost: x\n']), malformed, 'lines that end with LF alone')
})

t.test('What is malformed ends its connection', async (t) => {
  const peer = await connectHttp(t, service.address)
  peer.write('nonsense\r\n\r\n')
  t.equal((await peer.response()).headers['connection'], 'close')
  await peer.closed
})

t.test('a20: Headers that are too large are 431', async (t) => {
  const answer = await answerTo(t, ['GET /health HTTP/1.1', 'Host: x', `X: ${'x'.repeat(20_000)}`])
  t.strictSame(answer, { status: 431, body: { error: 'headers too large', code: 'HEADERS_TOO_LARGE' } })
})

t.test('A request that names no host is refused with a body too', async (t) => {
  t.strictSame(await answerTo(t, ['GET /health HTTP/1.1']), { status: 400, body: { error: 'expected a Host header', code: 'BAD_REQUEST' } })
  t.equal((await answerTo(t, ['GET /health HTTP/1.0'])).status, 200, 'HTTP/1.0 knows no Host')
})

t.test('An expectation that nobody knows is ignored', async (t) => {
  t.equal((await answerTo(t, ['GET /health HTTP/1.1', 'Host: x', 'Expect: miracles'])).status, 200)
})

t.test('A path that cannot be decoded is 400', async (t) => {
  t.match(await answerTo(t, ['GET /%zz HTTP/1.1', 'Host: x']), { status: 400, body: { error: /not a valid url/, code: 'BAD_REQUEST' } })
})

t.test('A route or method that does not exist is 404', async (t) => {
  const notFound = { status: 404, body: { error: 'no such route', code: 'NOT_FOUND' } }
  t.strictSame(await answerTo(t, ['GET /nowhere HTTP/1.1', 'Host: x']), notFound)
  t.strictSame(await answerTo(t, ['DELETE /health HTTP/1.1', 'Host: x']), notFound)
  t.strictSame(await answerTo(t, ['PROPFIND / HTTP/1.1', 'Host: x']), notFound)
})

t.test('a8: A body that is no JSON is 400 INVALID_FORMAT', async (t) => {
  for (const body of ['{', '', 'nonsense', '{"message":"x"}}', '\u00ef\u00bb\u00bf{', '{"__proto__":{"x":1},"message":"x"}', '{"constructor":{"prototype":{}},"message":"x"}']) {
    t.match(await broadcast(t, body), { status: 400, body: { error: String, code: 'INVALID_FORMAT' } }, body)
  }
})

t.test('A body of another shape is 400 INVALID_PAYLOAD and names the field', async (t) => {
  t.match(await broadcast(t, '{"message":7}'), { status: 400, body: { error: /message/, code: 'INVALID_PAYLOAD' } })
})

t.test('A body that is too large is 413', async (t) => {
  const lines = ['POST /ws/broadcast HTTP/1.1', 'Host: x', authorization, 'Content-Type: application/json', `Content-Length: ${4 * 1024 * 1024 + 1}`]
  t.match(await answerTo(t, lines), { status: 413, body: { error: String, code: 'MESSAGE_TOO_LARGE' } })
})

t.test('a21: A body of a type that nobody reads is 415', async (t) => {
  t.match(await broadcast(t, '<message/>', 'application/xml'), { status: 415, body: { error: String, code: 'UNSUPPORTED_MEDIA_TYPE' } })
})

t.test('A fault says nothing of itself to the client and everything to the log', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  t.teardown(() => app.close())
  await app.register(errorHandler)
  app.get('/', async () => { throw new TypeError('the password is swordfish') })
  const answer = await app.inject('/')
  t.equal(answer.statusCode, 500)
  t.strictSame(answer.json(), { error: 'Internal server error', code: 'INTERNAL_ERROR' })
  t.ok(lines.some((line) => line.includes('swordfish') && line.includes('error-handler.test')), 'with its stack')
})

t.test('Refusals of the domain keep their code, text and headers', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(errorHandler)
  app.get('/hub', async () => { throw new HubError('ROOM_FULL', 'the room is full') })
  app.get('/secret', async () => { throw new HubError('UNAUTHORIZED', 'the key is wrong') })
  app.get('/http', async () => { throw new HttpError(503, 'later', { code: 'LATER', headers: { 'retry-after': '7' } }) })
  app.get('/odd', async () => { throw Object.assign(new Error('odd'), { statusCode: 299 }) })
  t.strictSame((await app.inject('/hub')).json(), { error: 'the room is full', code: 'ROOM_FULL' })
  t.strictSame((await app.inject('/secret')).json(), { error: 'Authentication required', code: 'UNAUTHORIZED' })
  t.equal((await app.inject('/http')).headers['retry-after'], '7')
  t.equal((await app.inject('/odd')).statusCode, 500)
})
