import t from 'tap'
import { startService, tokenFor, until } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole, type ConsolePage } from '../support/console-page.ts'
import { freePort } from '../support/free-port.ts'

const browser = await launchBrowser(t)

/** Red, green and blue of the state light, 0 to 255. */
async function lightOf (ui: ConsolePage): Promise<number[]> {
  const colour = await ui.page.locator('.light').evaluate((light) => getComputedStyle(light).backgroundColor)
  return [...colour.matchAll(/[\d.]+/g)].map(([number]) => Number(number))
}

t.test('a token is taken from its field or by a button, and connects and disconnects (S3-42, S3-43)', async (t) => {
  const service = await startService(t)
  const ui = await openConsole(t, browser, service)
  t.equal(await ui.text('#url'), `${service.address.replace('http', 'ws')}/ws`)
  await ui.enter('user', 'eve')
  await ui.shows('#state-text', 'Connected as eve')
  t.match(await ui.text('#facts'), /User\s+eve\s+Role\s+user/)
  await ui.at('disconnect').click()
  await ui.shows('#state-text', 'Disconnected')
  await until(() => service.app.hub.size === 0)
  await ui.at('token').fill(await tokenFor({ sub: 'ada', name: 'Ada' }))
  await ui.at('connect').click()
  await ui.shows('#state-text', 'Connected as Ada')
  t.strictSame(ui.problems, [])
})

t.test('the state light is green while connected and red otherwise, and says so in words (S3-44)', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  for (const theme of ['light', 'dark'] as const) {
    await ui.page.emulateMedia({ colorScheme: theme })
    const isRed = async (): Promise<boolean> => {
      const [red = 0, green = 0] = await lightOf(ui)
      return red > green
    }
    t.ok(await isRed(), theme)
    t.match(await ui.text('#state'), /Not connected|Disconnected/)
    await ui.enter('user')
    t.notOk(await isRed(), theme)
    t.match(await ui.text('#state'), /Connected as ada/)
    await ui.at('disconnect').click()
    await ui.becomes('closed')
  }
})

t.test('a token is in no address, is hidden, and is kept in the tab only when that is asked for', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  const token = async (): Promise<string> => await ui.at('token').inputValue()
  await ui.enter('user')
  t.equal(await ui.at('token').getAttribute('type'), 'password')
  const first = await token()
  t.ok(ui.addresses.some((address) => address.startsWith('ws:')))
  t.strictSame(ui.addresses.filter((address) => address.includes(first.slice(-20))), [])
  t.notMatch(await ui.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])), first)
  await ui.page.reload()
  await ui.page.locator('html[data-ready]').waitFor()
  t.equal(await token(), '')
  await ui.takeToken('user')
  await ui.at('keep').check()
  const kept = await token()
  await ui.page.reload()
  await until(async () => await token() === kept)
  await ui.at('keep').uncheck()
  await ui.page.reload()
  await ui.page.locator('html[data-ready]').waitFor()
  t.equal(await token(), '')
})

t.test('a refused token is told in words, and a better one connects', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  await ui.at('token').fill('a.bad.token')
  await ui.at('connect').click()
  await ui.shows('#state-text', /refused the token/)
  await ui.enter('user')
  t.strictSame(ui.problems, [])
})

t.test('without a token a guest connects, where guests are let in', async (t) => {
  const ui = await openConsole(t, browser, await startService(t, { WS_AUTH: 'optional' }))
  await ui.at('connect').click()
  await ui.becomes('open')
  t.match(await ui.text('#facts'), /Role\s+guest/)
  t.match(await ui.at('dialect').inputValue(), 'hub.v1')
})

t.test('a restart of the service shows why and when the next attempt is, and the room goes on afterwards', async (t) => {
  const port = String(await freePort())
  const before = await startService(t, { PORT: port })
  const ui = await openConsole(t, browser, before)
  await ui.enter('user')
  await ui.join('general')
  await before.app.close()
  await ui.becomes('waiting')
  await ui.shows('#state', /Waiting: .*(?:restarts|broke)[^]*next attempt in \d+ s/)
  const after = await startService(t, { PORT: port })
  await ui.becomes('open')
  await until(async () => (await after.app.rooms.list()).length === 1)
  await ui.say('here again')
  await until(async () => (await ui.logged()).includes('ack'))
  t.strictSame(await ui.said(), ['here again'])
  t.ok((await ui.logged()).includes('draining'))
  t.strictSame(ui.problems, [])
})

t.test('a connection that an administrator cuts is told with its reason, and comes back', async (t) => {
  const service = await startService(t)
  const ui = await openConsole(t, browser, service)
  await ui.enter('user')
  await service.app.hub.disconnect({ users: ['ada'] }, { reason: 'tidying up' })
  await until(async () => (await ui.page.locator('.entry[data-direction=local]').allInnerTexts()).some((line) => /4004.*tidying up/.test(line)))
  await ui.becomes('open')
  t.strictSame(ui.problems, [])
})
