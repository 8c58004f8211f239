import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { refusalText } from '../../src/cli/refusal-text.ts'
import type { Teardown } from '../helper.ts'

async function answerOf (t: Teardown, listener: RequestListener): Promise<IncomingMessage> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  await once(server, 'listening')
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  request.on('error', () => {})
  const [response] = await once(request, 'response')
  return response
}

t.test('the reason of the body and the time to wait stand beside the status', async (t) => {
  const response = await answerOf(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '5' }).end('{"error":"draining","code":"UNAVAILABLE"}')
  })
  t.equal(await refusalText(response), 'HTTP 503 Service Unavailable: draining, retry after 5 s')
})

t.test('a body of another kind says nothing', async (t) => {
  for (const body of ['<h1>no</h1>', '[]', '{"error":{}}', '']) {
    const response = await answerOf(t, (_request, response) => { response.writeHead(404).end(body) })
    t.equal(await refusalText(response), 'HTTP 404 Not Found')
  }
})

t.test('a body without an end does not keep the client', async (t) => {
  const response = await answerOf(t, (_request, response) => {
    response.writeHead(403)
    const pour = () => { while (!response.destroyed && response.write('x'.repeat(1_000))); }
    response.on('drain', pour)
    pour()
  })
  t.equal(await refusalText(response), 'HTTP 403 Forbidden')
})

t.test('a reason cannot steer the terminal', async (t) => {
  const response = await answerOf(t, (_request, response) => { response.writeHead(403).end(JSON.stringify({ error: '\u001b[2J' })) })
  t.equal(await refusalText(response), 'HTTP 403 Forbidden: \\u001b[2J')
})
