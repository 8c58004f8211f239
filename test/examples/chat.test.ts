import t, { type Test } from 'tap'
import { buildChat } from '../../examples/chat/app.ts'
import { postJson, SECRET } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { ChatPage } from './chat-page.ts'
import { runExample } from './run-example.ts'

const browser = await launchBrowser(t)

t.test('two pages talk: members, typing, messages with their marks, unread ones, and the past for who comes later', async (t) => {
  const { address } = await startChat(t)
  const [ada, bob] = await Promise.all(['Ada', 'Bob'].map((name) => ChatPage.enter(browser, address, name)))
  if (ada === undefined || bob === undefined) return
  await ada.members('Bob').waitFor()
  await bob.type('hm')
  await ada.typing('Bob typing').waitFor()
  await ada.say('hello <b>Bob</b>')
  await bob.message('Ada').filter({ hasText: 'hello <b>Bob</b>' }).waitFor()
  await ada.message('hello').filter({ hasText: '✓' }).waitFor()
  t.equal(await ada.message('hello').getAttribute('class'), 'own')

  await ada.room('random').click()
  await ada.say('elsewhere')
  await bob.room('random 1').waitFor()
  await bob.room('random 1').click()
  await bob.message('elsewhere').waitFor()
  t.equal(await bob.room('random').textContent(), 'random')

  const cid = await ChatPage.enter(browser, address, 'Cid')
  await cid.message('hello <b>Bob</b>').waitFor()
  await cid.reload()
  await cid.message('hello <b>Bob</b>').waitFor()
  t.same([ada, bob, cid].flatMap(({ complaints }) => complaints), [])
})

t.test('what is said while the service is away waits, is marked, and is sent once when it is back', async (t) => {
  const { app, address } = await startChat(t)
  const [ada, bob] = await Promise.all(['Ada', 'Bob'].map((name) => ChatPage.enter(browser, address, name)))
  if (ada === undefined || bob === undefined) return
  await ada.say('before')
  await bob.message('before').waitFor()
  t.same([...ada.complaints, ...bob.complaints], [])

  await app.close()
  await ada.connection('offline').waitFor()
  await ada.say('are you there?')
  await ada.message('are you there?').filter({ hasText: 'waits for the connection' }).waitFor()

  await startChat(t, { PORT: new URL(address).port })
  await Promise.all([ada.tellOnline(), bob.tellOnline()])
  await ada.message('are you there?').filter({ hasText: '✓' }).waitFor()
  await bob.message('are you there?').waitFor()
  // Without Redis a restart begins anew, and the page says so.
  await bob.message('Messages may be missing here').waitFor()
  t.equal(await bob.message('are you there?').count(), 1)
  t.equal(await bob.message('before').count(), 1)
  t.same([...ada.complaints, ...bob.complaints].filter((text) => /Security Policy|TypeError/.test(text)), [])
})

t.test('what the service refuses is marked with the reason, and may be tried again', async (t) => {
  const { address } = await startChat(t, { WS_CLIENT_PUBLISH: 'false' })
  const ada = await ChatPage.enter(browser, address, 'Ada')
  await ada.say('hello')
  await ada.message('hello').filter({ hasText: 'not sent' }).getByRole('button', { name: 'Try again' }).click()
  await ada.message('hello').filter({ hasText: 'not sent' }).waitFor()
  t.equal(await ada.message('hello').count(), 1)
  t.same(ada.complaints, [])
})

t.test('the login gives out short-lived tokens, and only for a name', async (t) => {
  const service = await startChat(t)
  const { status, body } = await postJson(service, '/login', { name: ' Ada ' })
  t.equal(status, 200)
  const [, claims = ''] = String(body['token']).split('.')
  const { sub, name, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  t.match({ sub, name, lifetime: exp - iat }, { sub: 'ada', name: 'Ada', lifetime: 60 })
  for (const wrong of ['', '   ', 'x'.repeat(41), 7]) t.match(await postJson(service, '/login', { name: wrong }), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
})

t.test('the program says where its page is, and ends in order when asked', async (t) => {
  const program = runExample(t, ['chat', '--port', '0'])
  const address = await program.seen(/^chat page: (http:\S+\/) /m)
  const page = await fetch(address)
  t.match(await page.text(), '<title>wshub chat</title>')
  t.match(page.headers.get('content-security-policy'), "default-src 'none'; script-src 'self';")
  t.notMatch(page.headers.get('content-security-policy'), 'unsafe')
  program.kill('SIGINT')
  t.match(await program.finished(), { code: 0, stderr: '' })
})

async function startChat (t: Test, { PORT = '0', ...settings }: Record<string, string> = {}) {
  const app = await buildChat(SECRET, { WS_DRAIN_TIMEOUT: '300ms', ...settings })
  t.teardown(() => app.close())
  return { app, address: await app.listen({ host: '127.0.0.1', port: Number(PORT) }) }
}
