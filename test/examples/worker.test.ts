import t from 'tap'
import { Publisher, type Notification, type PublisherOptions } from '../../examples/worker/publisher.ts'
import { connectAs, startService, tokenFor } from '../helper.ts'
import { runExample } from './run-example.ts'

t.test('every change is heard once, also the one whose answer was lost', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['worker', '--changes', '8', '--every', '5']).finished()
  t.equal(stderr, '')
  t.equal(code, 0)
  t.match(stdout, /worker: no answer \(the answer was lost\); the same again in 500 ms/)
  t.match(stdout, /worker: \S+ -> recipients 1, duplicate/)
  t.match(stdout, '8 changes published, 8 heard: each of them once')
})

t.test('interrupted, it takes its own service along', async (t) => {
  const program = runExample(t, ['worker', '--changes', '1000'])
  await program.seen(/^Ada is told/m)
  program.kill('SIGTERM')
  // Standard error, which both share, ends with the last of them.
  t.match(await program.finished(), { code: 130, stderr: '' })
})

t.test('with a running service its administrator is worker and customer', async (t) => {
  const { address } = await startService(t)
  const token = await tokenFor({ sub: 'root', role: 'admin' })
  const { code, stdout } = await runExample(t, ['worker', '--changes', '3', '--every', '0', '--url', address, '--token', token]).finished()
  t.equal(code, 0)
  t.match(stdout, '3 changes published, 3 heard')
})

t.test('without the role it ends with exit code 1 and what the service says', async (t) => {
  const { address } = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  t.match(await runExample(t, ['worker', '--changes', '1', '--every', '0', '--url', address, '--token', token]).finished(), {
    code: 1, stderr: '403 admin access required'
  })
})

t.test('what is refused for now is sent again under the same ids, when the service says so', async (t) => {
  const answers = [
    new Response('{"error":"too many requests","code":"RATE_LIMIT"}', { status: 429, headers: { 'retry-after': '0' } }),
    new Response('<h1>no JSON</h1>', { status: 502 }),
    Response.json({ error: 'away', code: 'UNAVAILABLE' }, { status: 503 }),
    Response.json({ results: [{ recipients: 2, seq: 7 }, { error: 'Service unavailable, retry', code: 'UNAVAILABLE' }, { error: 'no', code: 'INVALID_PAYLOAD' }] }),
    Response.json({ results: [{ recipients: 0, duplicate: true }] })
  ]
  const { publisher, sent, log } = scripted(answers)
  const outcomes = await publisher.publish(['a', 'b', 'c'].map(notification))
  t.match(outcomes, [{ recipients: 2, seq: 7 }, { recipients: 0, duplicate: true }, { code: 'INVALID_PAYLOAD' }])
  t.same(sent, [...Array(4).fill(['a', 'b', 'c']), ['b']])
  t.match(log, [/^429 too many requests; the same again in 0 ms$/, /^no answer/, /^503 away/, /^1 of 3 messages not published/])
})

t.test('a refusal that is final is thrown at once, one that lasts after the last attempt', async (t) => {
  const refused = scripted([Response.json({ error: 'admin access required', code: 'FORBIDDEN' }, { status: 403 })])
  await t.rejects(refused.publisher.publish([notification('a')]), { message: '403 admin access required' })
  t.equal(refused.sent.length, 1)
  const away = scripted(Array.from({ length: 20 }, () => Response.json({ error: 'away' }, { status: 503 })))
  await t.rejects(away.publisher.publish([notification('a')]), { message: '503 away' })
  t.equal(away.sent.length, 8)
})

t.test('nothing to publish asks nobody; a user who is not there is no failure', async (t) => {
  const idle = scripted([])
  t.same(await idle.publisher.publish([]), [])
  t.same(idle.sent, [])
  const service = await startService(t)
  const publisher = new Publisher({ url: service.address, token: await tokenFor({ sub: 'root', role: 'admin' }), log: () => {} })
  const ada = await connectAs(t, service, 'ada')
  const notify = (id: string, user: string): Notification => ({ ...notification(id), target: { users: [user] } })
  t.match(await publisher.publish([notify('1', 'ada'), notify('2', 'nobody')]), [{ recipients: 1 }, { recipients: 0 }])
  t.match(await publisher.publish([notify('1', 'ada')]), [{ recipients: 1, duplicate: true }])
  t.same((await ada.drain()).map(({ id }) => id), ['1'])
})

function notification (id: string): Notification {
  return { id, type: 'order.changed', payload: {}, target: { users: ['ada'] } }
}

/** A publisher whose requests are answered in this order, and what it does. */
function scripted (answers: Response[]) {
  const sent: string[][] = []
  const log: string[] = []
  const fetch: PublisherOptions['fetch'] = async (_url, init) => {
    const { messages } = JSON.parse(String(init?.body)) as { messages: Notification[] }
    sent.push(messages.map(({ id }) => id))
    return answers.shift() ?? Promise.reject(new TypeError('no more answers'))
  }
  return { sent, log, publisher: new Publisher({ url: 'http://hub.example', token: 't', firstPauseMs: 1, fetch, log: (line) => log.push(line) }) }
}
