import { join } from 'node:path'
import type { Browser, CDPSession } from 'playwright-core'
import { projectRoot } from '../../examples/replay/project-root.ts'
import { bundle } from './bundle.ts'
import type { Contender } from './contenders.ts'
import { startSite, type Site } from './site.ts'
import { launchChromium } from './launch-chromium.ts'

const PAGE_FOLDER = join(projectRoot, 'dist', 'bench', 'client', 'page')

/** What a page did, and what that took. */
export interface Outcome<T> {
  readonly result: T
  readonly cpu: CpuTime
}

/** CPU time of a page, seconds. */
export interface CpuTime {
  /** Of its main thread, with all that the browser does there. */
  readonly mainThread: number
  /** Of that in scripts, with what they call. */
  readonly script: number
}

/** Chromium, where every measurement gets a fresh page. */
export class BenchBrowser {
  readonly #browser: Browser
  readonly #site: Site

  constructor (browser: Browser, site: Site) {
    this.#browser = browser
    this.#site = site
  }

  get version (): string {
    return this.#browser.version()
  }

  /** Has a contender's page do something. Rejects with an error of the page, and when it takes longer than that. */
  async run<T> ({ name }: Contender, call: string, timeoutMs: number): Promise<Outcome<T>> {
    const context = await this.#browser.newContext()
    try {
      const page = await context.newPage()
      const failed = new Promise<never>((_resolve, reject) => { page.on('pageerror', reject) })
      failed.catch(() => {})
      const devtools = await context.newCDPSession(page)
      // Otherwise scripts are charged for the time in which other programs ran.
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
      await page.goto(this.#site.urlOf(name))
      await Promise.race([page.waitForFunction('globalThis.bench !== undefined'), failed])
      const before = await cpuTime(devtools)
      const result = await Promise.race([page.evaluate<T>(`bench.${call}`), failed, late(timeoutMs)])
      const after = await cpuTime(devtools)
      return { result, cpu: { mainThread: after.mainThread - before.mainThread, script: after.script - before.script } }
    } finally {
      await context.close()
    }
  }

  async close (): Promise<void> {
    await this.#browser.close()
    this.#site.close()
  }
}

/** Starts Chromium with the pages of contenders. */
export async function startBrowser (contenders: readonly Contender[]): Promise<BenchBrowser> {
  const scripts = await Promise.all(contenders.map(async ({ name, wirePath }) => [name, await bundle(scriptOf(wirePath), PAGE_FOLDER)] as const))
  const site = await startSite(new Map(scripts))
  try {
    return new BenchBrowser(await launchChromium(), site)
  } catch (error) {
    site.close()
    throw error
  }
}

function scriptOf (wirePath: string): string {
  return `
    import { receive } from './receive.js'
    import { talk } from './talk.js'
    import { open } from ${JSON.stringify(wirePath)}
    globalThis.bench = { receive: (url, order) => receive(open, url, order), talk: (url, plan) => talk(open, url, plan) }
  `
}

async function cpuTime (devtools: CDPSession): Promise<CpuTime> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  const valueOf = (wanted: string): number => {
    const metric = metrics.find(({ name }) => name === wanted)
    if (metric === undefined) throw new Error(`Chromium does not tell ${wanted}`)
    return metric.value
  }
  return { mainThread: valueOf('ThreadTime'), script: valueOf('ScriptDuration') }
}

async function late (ms: number): Promise<never> {
  return await new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`the page was not done within ${ms / 1_000} s`)), ms).unref()
  })
}
