import t from 'tap'
import { openPage, type BrowserPeer } from '../support/browser.ts'
import { dialInto } from './clients/go-client.ts'
import { readMessage, type PubsubMessage } from './clients/pubsub-message.ts'
import { startPubsub } from './clients/start-pubsub.ts'

const page = await openPage(t)

async function next (peer: BrowserPeer): Promise<PubsubMessage> {
  return readMessage(await peer.next())
}

t.test('a page talks with a program in the room chat, both ways, without a token (S2-10, S2-11, S2-45, S2-46)', async (t) => {
  const { url } = await startPubsub(t)
  const program = await dialInto(t, url, 'chat')
  const browser = await page.connect(url)
  const { data } = await next(browser)
  await browser.send('{"type":"subscribe","room":"chat"}')
  t.match(await next(browser), { type: 'subscribed', room: 'chat', data: { client_count: 2 } })
  await browser.send('{"type":"publish","room":"chat","data":{"message":"Hello!"}}')
  t.match(await program.client.read(), { type: 'message', data: { message: 'Hello!' }, client_id: Object(data).client_id })
  program.client.write({ type: 'broadcast', data: 'Hello, page!' })
  t.match(await next(browser), { type: 'message', data: 'Hello, page!', client_id: program.clientId })
  await browser.send('{"type":"unsubscribe","room":"chat"}')
  t.match(await next(browser), { type: 'unsubscribed', room: 'chat' })
})

t.test('a page asks for the dialect by subprotocol and is told that it has it (S2-45)', async (t) => {
  const { url } = await startPubsub(t, { WS_DIALECT: 'hub.v1' })
  const browser = await page.connect(url, ['pubsub.v1'])
  t.match(await next(browser), { type: 'connected' })
  t.equal(await browser.protocol(), 'pubsub.v1')
})

t.test('a page of an origin that is not allowed gets no connection (S2-73)', async (t) => {
  const { url, app } = await startPubsub(t, { WS_ALLOWED_ORIGINS: 'https://app.example' })
  t.match(await (await page.connect(url)).closed(), { code: 1006 })
  t.equal(app.hub.size, 0)
})
