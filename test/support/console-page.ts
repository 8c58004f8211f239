import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { until, type Teardown, type TestService } from '../helper.ts'

/** What the browser itself says of a connection that cannot be made; expected where a test takes the service away. */
const UNREACHABLE = /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/

/** The console in a browser, used as people use it. */
export class ConsolePage {
  readonly page: Page
  /** What the browser complained about: errors of scripts, violated policies, files that are not there. */
  readonly problems: string[] = []
  /** Every address that the page asked for. */
  readonly addresses: string[] = []

  constructor (page: Page) {
    this.page = page
    page.on('pageerror', ({ message }) => this.problems.push(message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !UNREACHABLE.test(message.text())) this.problems.push(message.text())
    })
    page.on('request', (request) => this.addresses.push(request.url()))
    page.on('websocket', (socket) => this.addresses.push(socket.url()))
  }

  /** The element with an id. */
  at (id: string): Locator {
    return this.page.locator(`#${id}`)
  }

  /** The text of an element. */
  async text (selector: string): Promise<string> {
    return await this.page.locator(selector).innerText()
  }

  /** Waits until an element has a text. */
  async shows (selector: string, expected: RegExp | string): Promise<void> {
    await until(async () => {
      const [text = ''] = await this.page.locator(selector).allInnerTexts()
      return typeof expected === 'string' ? text === expected : expected.test(text)
    })
  }

  /** Waits for a state of the light. */
  async becomes (state: 'open' | 'closed' | 'waiting' | 'connecting'): Promise<void> {
    await this.page.locator(`#state[data-state=${state}]`).waitFor()
  }

  /** Presses the button for a ready-made token. */
  async takeToken (kind: 'user' | 'admin', user = ''): Promise<void> {
    await this.at('token').fill('')
    await this.at('token-user').fill(user)
    await this.at(`${kind}-token`).click()
    await until(async () => await this.at('token').inputValue() !== '')
  }

  /** Connects with a ready-made token. */
  async enter (kind: 'user' | 'admin', user = ''): Promise<void> {
    await this.takeToken(kind, user)
    await this.at('connect').click()
    await this.becomes('open')
  }

  async join (room: string): Promise<void> {
    await this.at('room-name').fill(room)
    await this.at('room-name').press('Enter')
    await until(async () => (await this.page.locator('.room h3').allTextContents()).includes(room))
  }

  /** Says something in the room that is shown. */
  async say (content: string): Promise<void> {
    const line = this.page.locator('.room:not([hidden]) .composer input')
    await line.fill(content)
    await line.press('Enter')
  }

  /** What is said in the room that is shown. */
  async said (): Promise<string[]> {
    return await this.page.locator('.room:not([hidden]) .said').allTextContents()
  }

  /** Types of the lines of the log, in order. */
  async logged (): Promise<string[]> {
    return await this.page.locator('.entry .type').allTextContents()
  }
}

/** Opens the console of a service in a page with a profile of its own; ends with the test. */
export async function openConsole (t: Teardown, browser: Browser, { address }: Pick<TestService, 'address'>, options: BrowserContextOptions = {}): Promise<ConsolePage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  t.teardown(() => context.close())
  const ui = new ConsolePage(await context.newPage())
  await ui.page.goto(`${address}/console`)
  await ui.page.locator('html[data-ready]').waitFor()
  return ui
}
