import t from 'tap'
import { connectAs, memberOf, startService, until } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole, type ConsolePage } from '../support/console-page.ts'

const browser = await launchBrowser(t)

async function openPanel (ui: ConsolePage): Promise<void> {
  await ui.page.getByRole('tab', { name: 'Admin' }).click()
  await until(async () => await ui.text('#stat-clients') !== '–')
}

t.test('an administrator sees figures, charts, nodes, users and rooms, kept up to date', async (t) => {
  const service = await startService(t)
  await memberOf(t, service, 'bob', 'general')
  const ui = await openConsole(t, browser, service)
  await ui.enter('admin')
  await openPanel(ui)
  for (const [name, value] of Object.entries({ clients: '2', users: '2', rooms: '1' })) t.equal(await ui.text(`#stat-${name}`), value, name)
  t.match(await ui.at('chart-connections').getAttribute('aria-label'), /now 2/)
  t.match(await ui.at('chart-messages').locator('polyline').getAttribute('points'), /^[\d., ]+$/)
  t.equal(await ui.page.locator('#nodes tr').getAttribute('title'), service.app.hub.nodeId)
  t.strictSame(await ui.page.locator('#rooms td').allInnerTexts(), ['general', '1', '1'])
  t.strictSame((await ui.page.locator('#users bdi:first-child').allInnerTexts()).sort(), ['bob', 'root'])
  await memberOf(t, service, 'eve', 'ops')
  await ui.shows('#stat-clients', '3')
  await until(async () => (await ui.page.locator('#rooms td').allInnerTexts()).includes('ops'))
  t.strictSame(ui.problems, [])
})

t.test('nobody asks while the panel is not seen', async (t) => {
  const service = await startService(t)
  const ui = await openConsole(t, browser, service)
  await ui.enter('admin')
  await ui.join('general')
  t.strictSame(ui.addresses.filter((address) => address.includes('/ws/')), [])
})

t.test('a user is disconnected with a reason and kept out', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const ui = await openConsole(t, browser, service)
  await ui.enter('admin')
  await openPanel(ui)
  const button = ui.page.getByRole('button', { name: 'Disconnect bob' })
  await button.click()
  await ui.page.keyboard.press('Escape')
  t.notOk(await ui.at('disconnect-dialog').isVisible())
  t.ok(await button.evaluate((element) => element === document.activeElement), 'the focus is back where it was')
  await button.click()
  await ui.at('disconnect-reason').fill('noise')
  await ui.at('disconnect-ban').selectOption('60')
  await ui.at('disconnect-reason').press('Enter')
  t.match(await bob.closed, { code: 4003 })
  await ui.shows('#users-note', 'Closed 1 connection of bob.')
  await until(async () => await button.count() === 0)
  t.strictSame(ui.problems, [])
})

t.test('an alert goes to everybody or to those who are named, and what is wrong is told', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const eve = await connectAs(t, service, 'eve')
  const ui = await openConsole(t, browser, service)
  await ui.enter('admin')
  await openPanel(ui)
  await ui.at('alert-text').fill('to all')
  await ui.at('alert-priority').selectOption('high')
  await ui.at('alert-text').press('Enter')
  await ui.shows('#alert-note', 'Sent to 3 connections.')
  for (const client of [bob, eve]) t.match(await client.next('system.alert'), { payload: { message: 'to all', priority: 'high' } })
  await ui.at('alert-form').locator('summary').click()
  await ui.at('alert-users').fill('eve, nobody')
  await ui.at('alert-rooms').fill('general')
  await ui.at('alert-text').fill('to some')
  await ui.at('alert-text').press('Enter')
  await ui.shows('#alert-note', 'Sent to 2 connections.')
  for (const client of [bob, eve]) t.match(await client.next('system.alert'), { payload: { message: 'to some' } })
  await ui.at('alert-text').press('Enter')
  await ui.shows('#alert-note', 'Write a message first.')
  t.strictSame(ui.problems, [])
})

t.test('who is no administrator sees why there is nothing, and a refusal in words', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  await ui.enter('user')
  await ui.page.getByRole('tab', { name: 'Admin' }).click()
  t.match(await ui.text('#admin-locked'), /The role of the connection: user/)
  await ui.at('try-admin').click()
  await ui.shows('#admin-note', '403: admin access required')
})
