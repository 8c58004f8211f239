import type { Browser, Locator, Page } from 'playwright-core'

/** Somebody at the chat page. */
export class ChatPage {
  /** What the browser complained about: errors on the console, and what the page's own policy forbids. */
  readonly complaints: string[] = []
  readonly #page: Page

  private constructor (page: Page) {
    this.#page = page
    page.on('console', (message) => { if (message.type() === 'error') this.complaints.push(message.text()) })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
  }

  /** Opens the page and logs in. */
  static async enter (browser: Browser, address: string, name: string): Promise<ChatPage> {
    const page = await browser.newPage()
    const chat = new ChatPage(page)
    await page.goto(address)
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
    await chat.connection('connected').waitFor()
    await chat.room('help').waitFor()
    return chat
  }

  connection (text: string): Locator {
    return this.#page.locator('#connection', { hasText: text })
  }

  /** The button of a room, with its count of unread messages. */
  room (text: string): Locator {
    return this.#page.locator('#rooms button', { hasText: text })
  }

  /** A message of the room that is looked at. */
  message (text: string): Locator {
    return this.#page.locator('#messages li:visible', { hasText: text })
  }

  typing (text: string): Locator {
    return this.#page.locator('#typing', { hasText: text })
  }

  members (text: string): Locator {
    return this.#page.locator('#members', { hasText: text })
  }

  /** Types without sending. */
  async type (text: string): Promise<void> {
    await this.#page.getByLabel('Message', { exact: true }).pressSequentially(text)
  }

  async say (text: string): Promise<void> {
    await this.#page.getByLabel('Message', { exact: true }).fill(text)
    await this.#page.getByRole('button', { name: 'Send' }).click()
  }

  /** The network is back, as the system tells the page: it need not wait for its next attempt. */
  async tellOnline (): Promise<void> {
    await this.#page.evaluate('dispatchEvent(new Event("online"))')
  }

  async reload (): Promise<void> {
    await this.#page.reload()
  }
}
