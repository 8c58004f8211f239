import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { projectRoot } from '../../support/project-root.ts'
import type { Teardown } from '../../helper.ts'
import type { Form } from '../agent.ts'
import type { AgentHandle, Arguments, Command, Host, Result } from './host.ts'
import { launchChromium } from '../../../bench/client/launch-chromium.ts'

const PAGE = `<!doctype html><title>agent</title><link rel="icon" href="data:,">
<script type="module">
  import { Agent } from '/test/client/agent.js'
  const agents = []
  const report = (error) => { for (const agent of agents) agent.report(error) }
  addEventListener('unhandledrejection', ({ reason }) => report(reason))
  addEventListener('error', ({ error }) => report(error))
  globalThis.newAgent = (form) => agents.push(new Agent(form)) - 1
  globalThis.agents = agents
</script>`

/** A browser with pages on an origin that is not the service's. */
export class ChromiumHost implements Host {
  readonly name = 'chromium'
  readonly form: Form
  readonly isPage = true
  readonly #browser: Browser
  readonly #site: string
  /** Pages are slow to come about: agents that need none of their own share one. */
  #shared: Promise<Page> | undefined

  constructor (browser: Browser, site: string, form: Form) {
    this.form = form
    this.#browser = browser
    this.#site = site
  }

  async open (_t: Teardown, { isAlone = false } = {}): Promise<AgentHandle> {
    const page = isAlone ? await this.#newPage() : await (this.#shared ??= this.#newPage())
    return new PageAgent(page, await page.evaluate<number>(`newAgent('${this.form}')`))
  }

  async #newPage (): Promise<Page> {
    const context = await this.#browser.newContext()
    const page = await context.newPage()
    await page.goto(this.#site)
    await page.waitForFunction('globalThis.newAgent !== undefined')
    return page
  }
}

class PageAgent implements AgentHandle {
  readonly #page: Page
  readonly #index: number
  #devtools: CDPSession | undefined

  constructor (page: Page, index: number) {
    this.#page = page
    this.#index = index
  }

  async call<K extends Command> (command: K, ...args: Arguments<K>): Promise<Result<K>> {
    return await this.#page.evaluate<Result<K>>(`agents[${this.#index}].${command}(...${JSON.stringify(args)})`)
  }

  async freeze (): Promise<void> {
    this.#devtools = await this.#page.context().newCDPSession(this.#page)
    await this.#devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  }

  async thaw (): Promise<void> {
    await this.#devtools?.send('Page.setWebLifecycleState', { state: 'active' })
  }

  async setOffline (isOffline: boolean): Promise<void> {
    await this.#page.context().setOffline(isOffline)
  }

  /** Its page may have other agents. */
  async end (): Promise<void> {}
}

/** Starts Chromium, and a site with the client's modules; both end with the test. */
export async function startChromium (t: Teardown, form: Form = 'json'): Promise<Host> {
  const site = createServer(({ url = '/' }, response) => {
    // Modules of the client and the agent alone.
    const isModule = /^\/(client|client\/binary|test\/client)\/[\w-]+\.js$/.test(url)
    response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html')
    if (!isModule) response.end(PAGE)
    else createReadStream(join(projectRoot, 'dist', url)).on('error', () => response.destroy()).pipe(response)
  })
  await new Promise<void>((resolve) => { site.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => site.close())
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  return new ChromiumHost(browser, `http://127.0.0.1:${(site.address() as AddressInfo).port}/`, form)
}
