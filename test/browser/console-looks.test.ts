import t from 'tap'
import { memberOf, startService, until } from '../helper.ts'
import { launchBrowser } from '../support/browser.ts'
import { openConsole } from '../support/console-page.ts'

const browser = await launchBrowser(t)
const VIEWS = ['Rooms', 'Raw frame', 'Admin']
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
/** What a finger hits (WCAG 2.5.5), px. */
const TARGET_PX = 44

t.test('a phone needs no horizontal scrolling and has targets for fingers', async (t) => {
  const service = await startService(t)
  await memberOf(t, service, { sub: 'long', name: 'x'.repeat(200) }, 'general')
  const ui = await openConsole(t, browser, service, PHONE)
  const widths = async (): Promise<number> => await ui.page.evaluate(() => document.documentElement.scrollWidth)
  t.equal(await widths(), 360)
  await ui.enter('admin')
  await ui.join('general')
  await ui.say(`${'y'.repeat(400)} and more`)
  await service.app.hub.broadcast({ type: 'system.alert', payload: { message: 'z'.repeat(300), priority: 'high', metadata: {} } })
  await ui.page.locator('.alert').waitFor()
  for (const view of VIEWS) {
    await ui.page.getByRole('tab', { name: view }).click()
    if (view === 'Admin') await until(async () => await ui.page.locator('#users tr').count() > 0)
    t.equal(await widths(), 360, view)
    const small = await ui.page.evaluate((least) => [...document.querySelectorAll('button, input:not([type=checkbox]), select, textarea, summary, .check, .entry')]
      .map((element) => ({ box: element.getBoundingClientRect(), name: `${element.tagName} ${element.id} ${element.className}` }))
      .filter(({ box }) => box.width > 0 && (box.height < least || box.width < least)).map(({ name }) => name), TARGET_PX)
    t.strictSame(small, [], view)
  }
  t.notOk(await ui.at('token').isVisible(), 'the connection has folded up')
  t.strictSame(ui.problems, [])
})

t.test('text has the contrast of WCAG AA in both themes', async (t) => {
  const service = await startService(t)
  const ui = await openConsole(t, browser, service)
  await ui.enter('admin')
  await ui.join('general')
  await ui.say('hello')
  for (const type of ['new_message', 'user_typing', 'system.alert', 'error', 'order.updated']) {
    await service.app.hub.toUser('root', { type, payload: { code: 'X', message: 'y', severity: 'client', content: 'z', priority: 'high' } })
  }
  await until(async () => (await ui.logged()).includes('order.updated'))
  for (const colorScheme of ['light', 'dark'] as const) {
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const view of VIEWS) {
      await ui.page.getByRole('tab', { name: view }).click()
      t.strictSame(await ui.page.evaluate(faintTexts), [], `${colorScheme}, ${view}`)
    }
  }
})

t.test('the theme follows the system until one is chosen, which stays', async (t) => {
  const ui = await openConsole(t, browser, await startService(t), { colorScheme: 'dark' })
  const ground = async (): Promise<string> => await ui.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const dark = await ground()
  t.equal(await ui.text('#theme'), 'Theme: system')
  await ui.at('theme').click()
  t.equal(await ui.text('#theme'), 'Theme: light')
  const light = await ground()
  t.not(light, dark)
  await ui.page.reload()
  await ui.shows('#theme', 'Theme: light')
  t.equal(await ground(), light)
  await ui.at('theme').click()
  t.equal(await ground(), dark)
})

t.test('nothing moves for those who want it so', async (t) => {
  const service = await startService(t)
  const ui = await openConsole(t, browser, service, { reducedMotion: 'reduce' })
  await ui.enter('user')
  await service.app.close()
  await ui.becomes('waiting')
  t.equal(await ui.page.locator('.light').evaluate((light) => getComputedStyle(light).animationName), 'none')
})

/** Visible texts of the page that do not stand out from their ground by 4.5 to 1. Runs in the page. */
function faintTexts (): string[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (context === null) return ['no canvas']
  const paint = (colours: readonly string[]): number[] => {
    for (const colour of colours) {
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const luminance = (rgb: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const groundsOf = (element: Element | null): string[] => element === null ? ['white'] : [...groundsOf(element.parentElement), getComputedStyle(element).backgroundColor]
  const isSeen = (element: Element): boolean => element.checkVisibility() && element.getBoundingClientRect().height > 1 && element.closest('.off-screen, .skip, :disabled') === null
  const hasText = (element: Element): boolean => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '')
  return [...document.querySelectorAll('body *')].filter((element) => hasText(element) && isSeen(element)).flatMap((element) => {
    const grounds = groundsOf(element)
    const [ground, text] = [luminance(paint(grounds)), luminance(paint([...grounds, getComputedStyle(element).color]))]
    const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05)
    return contrast < 4.5 ? [`${element.tagName}.${element.className} ${element.textContent?.slice(0, 20)} ${contrast.toFixed(2)}`] : []
  })
}
