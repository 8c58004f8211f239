import type { Page } from 'playwright-core'
import t from 'tap'
import { memberOf, startService, until } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole, type ConsolePage } from '../support/console-page.ts'

const browser = await launchBrowser(t)
const VIEWS = ['Rooms', 'Raw frame', 'Admin']
/** More stops than the page has. */
const MOST_STOPS = 80

/** Presses Tab until the focus is on an element. */
async function tabTo (page: Page, selector: string): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${selector}`)
}

async function focused ({ page }: ConsolePage): Promise<string> {
  return await page.evaluate(() => document.activeElement?.id ?? '')
}

t.test('with the keyboard alone: token, connection, room, message, tabs, log and leaving', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const ui = await openConsole(t, browser, service)
  const { keyboard } = ui.page
  await tabTo(ui.page, '#user-token')
  await keyboard.press('Enter')
  await until(async () => await ui.at('token').inputValue() !== '')
  await tabTo(ui.page, '#connect')
  await keyboard.press('Enter')
  await ui.becomes('open')
  await tabTo(ui.page, '#room-name')
  await keyboard.type('general')
  await keyboard.press('Enter')
  await until(async () => await ui.page.evaluate(() => document.activeElement?.matches('.composer input') === true))
  await keyboard.type('by hand')
  await keyboard.press('Enter')
  t.match(await bob.next('new_message'), { payload: { content: 'by hand' } })

  await tabTo(ui.page, '#entries')
  await keyboard.press('End')
  await keyboard.press('ArrowUp')
  await keyboard.press('Enter')
  await ui.shows('#detail-text', /"type": "send_message"/)
  await keyboard.press('Tab')
  t.equal(await focused(ui), 'copy-one')
  await keyboard.press('Escape')
  t.equal(await focused(ui), 'entries')
  t.notOk(await ui.at('detail').isVisible())

  await tabTo(ui.page, '#views [role=tab]')
  await keyboard.press('ArrowRight')
  t.ok(await ui.at('view-raw').isVisible())
  await keyboard.press('ArrowRight')
  t.ok(await ui.at('view-admin').isVisible())
  await keyboard.press('ArrowRight')
  t.ok(await ui.at('view-rooms').isVisible())
  await tabTo(ui.page, '.room-head button')
  await keyboard.press('Enter')
  await until(async () => await focused(ui) === 'room-name')
  await tabTo(ui.page, '#disconnect')
  await keyboard.press('Enter')
  await ui.becomes('closed')
  t.equal(await focused(ui), 'connect')
  t.strictSame(ui.problems, [])
})

t.test('Tab goes round the whole page, each stop is seen and has a name', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  await ui.enter('admin')
  await ui.join('general')
  for (const view of VIEWS) {
    await ui.page.getByRole('tab', { name: view }).click()
    await ui.page.locator('.skip').focus()
    const stops = new Set<string>()
    for (let stop = 0; stop < MOST_STOPS && !stops.has(''); stop += 1) {
      await ui.page.keyboard.press('Tab')
      stops.add(await ui.page.evaluate(() => {
        const element = document.activeElement
        if (!(element instanceof HTMLElement) || element === document.body) return ''
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement ? [...element.labels ?? []] : []
        const name = element.getAttribute('aria-label') ?? (labels.map(({ textContent }) => textContent).join('') || element.innerText)
        return `${element.tagName} ${element.id} ${name === '' ? 'NAMELESS' : ''} ${outlineStyle === 'none' || outlineWidth === '0px' ? 'UNSEEN' : ''}`
      }))
    }
    t.ok(stops.has(''), `${view}: the page is no trap`)
    t.ok(stops.size > 15, `${view}: ${stops.size} stops`)
    t.strictSame([...stops].filter((stop) => /NAMELESS|UNSEEN/.test(stop)), [], view)
  }
})

t.test('parts of the page are landmarks with names, states are told as they change', async (t) => {
  const ui = await openConsole(t, browser, await startService(t))
  for (const role of ['banner', 'main'] as const) t.equal(await ui.page.getByRole(role).count(), 1, role)
  for (const name of ['Connection', 'Workspace', 'Log']) t.equal(await ui.page.getByRole('region', { name, exact: true }).count(), 1, name)
  await ui.enter('user')
  await ui.join('general')
  t.equal(await ui.page.getByRole('status').filter({ hasText: 'Connected as ada' }).count(), 1)
  t.equal(await ui.page.getByRole('log').count(), 1, 'what is said is read out, the flood of frames is not')
})
