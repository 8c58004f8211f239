import t from 'tap'
import { isRecord } from '../../src/guards.ts'
import { memberOf, startService, until, type Teardown, type TestService } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole, type ConsolePage } from '../support/console-page.ts'

const browser = await launchBrowser(t)
/** As many as the log keeps. */
const MOST = 2_000

/** A console that is connected, with an empty log. */
async function openLog (t: Teardown, service: TestService): Promise<ConsolePage> {
  const ui = await openConsole(t, browser, service, { permissions: ['clipboard-read', 'clipboard-write'] })
  await ui.enter('user')
  await until(async () => (await ui.logged()).includes('state'))
  await ui.at('clear').click()
  return ui
}

async function clipboard ({ page }: ConsolePage): Promise<string> {
  return await page.evaluate(async () => await navigator.clipboard.readText())
}

t.test('every frame has a line with its time, direction, type and content (S3-45)', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  await ui.join('general')
  const bob = await memberOf(t, service, 'bob', 'general')
  await bob.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
  await until(async () => (await ui.logged()).includes('new_message'))
  const lines = (await ui.page.locator('.entry').allInnerTexts()).map((text) => text.split(/\s+/).join(' '))
  const time = '\\d\\d:\\d\\d:\\d\\d\\.\\d{3}'
  const patterns = [`^${time} ↑ join_room general \\{\\}$`, `^${time} ↓ room_info general `, `^${time} ↓ user_joined general bob$`, `^${time} ↓ new_message general bob: hello$`]
  for (const pattern of patterns) t.ok(lines.some((line) => new RegExp(pattern).test(line)), pattern)
  t.strictSame(ui.problems, [])
})

t.test('every kind of type has a colour of its own, in both themes (S3-46)', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  await ui.join('general')
  for (const type of ['new_message', 'user_typing', 'system.alert', 'connected', 'error', 'order.updated']) {
    await service.app.hub.toConnection(await ui.page.locator('#facts dd').nth(2).innerText(), { type, payload: {} })
  }
  const kinds = ['message', 'typing', 'alert', 'system', 'error', 'application', 'presence', 'answer']
  await until(async () => (await ui.page.locator('.entry').count()) >= 10)
  for (const colorScheme of ['light', 'dark'] as const) {
    await ui.page.emulateMedia({ colorScheme })
    const colours = await Promise.all(kinds.map(async (kind) => (
      await ui.page.locator(`.entry[data-kind=${kind}] .type`).first().evaluate((element) => getComputedStyle(element).color)
    )))
    t.equal(new Set(colours).size, kinds.length, `${colorScheme}: ${colours.join(' ')}`)
  }
})

t.test('messages are counted: received, sent and shown (S3-47), until they are cleared (S3-48)', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  const counts = async (): Promise<string[]> => await ui.page.locator('.counts b').allInnerTexts()
  t.strictSame(await counts(), ['0', '0', '0'])
  for (const number of [1, 2, 3]) await service.app.hub.toUser('ada', { type: 'tick', payload: { number } })
  await until(async () => (await counts()).join() === '3,0,3')
  await ui.join('general')
  await until(async () => (await counts()).join() === '5,2,7')
  await ui.at('clear').click()
  t.strictSame(await counts(), ['0', '0', '0'])
  t.equal(await ui.page.locator('.entry').count(), 0)
  t.ok(await ui.at('no-entries').isVisible())
})

t.test('the filter goes by text and by type', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  for (const type of ['tick', 'tock']) for (const text of ['one', 'TWO']) await service.app.hub.toUser('ada', { type, payload: text })
  await until(async () => (await ui.logged()).length === 4)
  await ui.at('filter-text').fill('two')
  t.strictSame(await ui.logged(), ['tick', 'tock'])
  await ui.at('filter-type').selectOption('tock')
  t.strictSame(await ui.page.locator('.entry .summary').allTextContents(), ['"TWO"'])
  t.equal(await ui.text('#shown'), '1')
  await service.app.hub.toUser('ada', { type: 'tock', payload: 'twofold' })
  await service.app.hub.toUser('ada', { type: 'tick', payload: 'twofold' })
  await until(async () => await ui.text('#received') === '6')
  t.equal(await ui.page.locator('.entry').count(), 2, 'what comes later is filtered, too')
  await ui.at('filter-text').press('Escape')
  t.equal(await ui.at('filter-text').inputValue(), '')
  t.strictSame(await ui.logged(), ['tock', 'tock', 'tock'])
})

t.test('one frame or all that are shown are copied as lines of JSON, a token never', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  for (const number of [1, 2]) await service.app.hub.toUser('ada', { type: 'tick', payload: { number } })
  await ui.page.getByRole('tab', { name: 'Raw frame' }).click()
  await ui.at('raw-type').fill('refresh_token')
  await ui.at('raw-payload').fill('{"token": "a.secret.token"}')
  await ui.at('raw-form').getByRole('button').click()
  await until(async () => (await ui.logged()).includes('error'))
  await ui.at('copy-all').click()
  await ui.shows('#copy-all', 'Copied')
  const all = await clipboard(ui)
  const lines = all.split('\n').map((line): unknown => JSON.parse(line))
  t.match(lines[0], { at: /^\d{4}-.*Z$/, direction: 'in', frame: { type: 'tick', payload: { number: 1 } } })
  t.notMatch(all, 'secret')
  await ui.page.locator('.entry').nth(1).click()
  await ui.at('copy-one').click()
  await ui.shows('#copy-one', 'Copied')
  const one: unknown = JSON.parse(await clipboard(ui))
  t.match(isRecord(one) ? one['frame'] : one, { type: 'tick', payload: { number: 2 } })
  t.strictSame(ui.problems, [])
})

t.test('a pause holds the lines, not the count', async (t) => {
  const service = await startService(t)
  const ui = await openLog(t, service)
  await ui.at('pause').click()
  for (const number of [1, 2, 3]) await service.app.hub.toUser('ada', { type: 'tick', payload: { number } })
  await ui.shows('#waiting', '3 new')
  t.equal(await ui.text('#received'), '3')
  t.equal(await ui.page.locator('.entry').count(), 0)
  await ui.at('filter-text').fill('tick')
  t.equal(await ui.page.locator('.entry').count(), 0)
  await ui.at('pause').click()
  await until(async () => await ui.page.locator('.entry').count() === 3)
})

t.test('a flood of thousands leaves the last 2,000 lines, and a page that answers', async (t) => {
  const service = await startService(t, { WS_SEND_BUFFER: '1000000', WS_SEND_BUFFER_BYTES: '100000000' })
  const ui = await openLog(t, service)
  const rounds = 50
  const perRound = 100
  for (let round = 0; round < rounds; round += 1) {
    const sent = Array.from({ length: perRound }, async (_, index) => await service.app.hub.toUser('ada', { type: 'tick', payload: round * perRound + index }))
    await Promise.all(sent)
  }
  await ui.shows('#received', '5,000')
  await until(async () => await ui.page.locator('.entry').count() === MOST)
  t.equal(await ui.page.locator('.entry .summary').last().textContent(), '4999')
  t.equal(await ui.page.locator('.entry .summary').first().textContent(), '3000')
  await ui.at('clear').click()
  await ui.shows('#shown', '0')
  t.strictSame(ui.problems, [])
})
