import t from 'tap'
import { memberOf, startService, tokenFor, type TestService } from '../helper.ts'
import { openPage } from '../support/browser.ts'

/** Emoji with a joiner, right-to-left text and marks, combining letters, escaped control characters, separators, a lone surrogate. */
const ODD_TEXT = '👩‍👩‍👧 \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c e\u0301 \u0000\u0001\u001f\u007f\u2028\u2029\ufeff \\ " </script> \ud800'

const page = await openPage(t)

t.test('a page talks with a program in one room, both ways, with its token in the query (S3-05, S4-51)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const browser = await page.connect(await urlFor(service, 'ada'))
  t.match(JSON.parse(await browser.next()), { type: 'connected', payload: { user_id: 'ada' } })
  await browser.send('{"type":"join_room","id":"1","room":"general"}')
  t.match(JSON.parse(await browser.next()), { type: 'room_info', id: '1', payload: { count: 2 } })
  await browser.send('{"type":"send_message","id":"2","room":"general","payload":{"content":"from the page"}}')
  t.match(JSON.parse(await browser.next()), { type: 'ack', id: '2' })
  t.match(await bob.next('new_message'), { payload: { content: 'from the page' }, sender: { id: 'ada' } })
  await bob.request({ type: 'send_message', room: 'general', payload: { content: 'to the page' } })
  t.match(JSON.parse(await browser.next()), { type: 'new_message', payload: { content: 'to the page' }, sender: { id: 'bob' } })
})

t.test('a page connects with its token in the subprotocol and is answered with the dialect', async (t) => {
  const service = await startService(t)
  const url = service.address.replace('http', 'ws')
  const browser = await page.connect(`${url}/ws`, ['hub.v1', 'bearer', await tokenFor({ sub: 'ada' })])
  t.match(JSON.parse(await browser.next()), { type: 'connected', payload: { user_id: 'ada', dialect: 'hub.v1' } })
  t.equal(await browser.protocol(), 'hub.v1')
})

t.test('a page sees 4001 for a bad token, in the query or the subprotocol, and for none (S4-19, S4-52)', async (t) => {
  const service = await startService(t)
  const url = `${service.address.replace('http', 'ws')}/ws`
  const expired = await tokenFor({ sub: 'ada', exp: 1 })
  const attempts = [await page.connect(url), await page.connect(`${url}?token=bad`), await page.connect(url, ['hub.v1', 'bearer', expired])]
  for (const attempt of attempts) t.strictSame(await attempt.closed(), { code: 4001, reason: 'Authentication failed', wasClean: true })
})

t.test('a page sees 1009 for a frame that is far too large, and an error for one that is too large', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  const browser = await page.connect(await urlFor(service, 'ada'))
  t.match(JSON.parse(await browser.next()), { payload: { max_message_size: 1_000 } })
  await browser.send('x'.repeat(1_001))
  t.match(JSON.parse(await browser.next()), { type: 'error', payload: { code: 'MESSAGE_TOO_LARGE' } })
  await browser.send('x'.repeat(4_001))
  t.match(await browser.closed(), { code: 1009 })
})

t.test('text of any script goes from page to program and back without a changed byte', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const browser = await page.connect(await urlFor(service, 'ada'))
  await browser.next()
  await browser.send('{"type":"join_room","room":"general"}')
  await browser.next()
  const payload = { content: ODD_TEXT }
  await browser.send(JSON.stringify({ type: 'send_message', room: 'general', payload }))
  t.equal(JSON.stringify((await bob.next('new_message')).payload), JSON.stringify(payload))
  await browser.next()
  await bob.request({ type: 'send_message', room: 'general', payload })
  t.ok((await browser.next()).includes(`"payload":${JSON.stringify(payload)}`))
})

t.test('a page learns of a drain by its close code', async (t) => {
  const service = await startService(t)
  const browser = await page.connect(await urlFor(service, 'ada'))
  await browser.next()
  await service.app.drain.run()
  t.match(JSON.parse(await browser.next()), { type: 'draining' })
  t.match(await browser.closed(), { code: 1012, wasClean: true })
})

t.test('in development pages of every origin may connect, with a list only those of it (S0-86)', async (t) => {
  const open = await startService(t)
  t.match(JSON.parse(await (await page.connect(await urlFor(open, 'ada'))).next()), { type: 'connected' })
  const closed = await startService(t, { WS_ALLOWED_ORIGINS: 'https://app.example' })
  t.match(await (await page.connect(await urlFor(closed, 'ada'))).closed(), { code: 1006 })
})

async function urlFor ({ address }: TestService, user: string): Promise<string> {
  return `${address.replace('http', 'ws')}/ws?token=${await tokenFor({ sub: user })}`
}
