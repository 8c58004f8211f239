import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import type { Teardown } from '../helper.ts'
import { launchChromium } from '../../bench/client/launch-chromium.ts'

/** What the page runs: native WebSockets whose frames wait until they are asked for. */
const SCRIPT = `
  const peers = []
  function open (url, protocols) {
    const socket = new WebSocket(url, protocols)
    const peer = { socket, texts: [], wake: () => {} }
    peer.closed = new Promise((resolve) => { socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean }) })
    socket.onmessage = ({ data }) => { peer.texts.push(data); peer.wake() }
    return peers.push(peer) - 1
  }
  async function next (index) {
    const peer = peers[index]
    while (peer.texts.length === 0) await new Promise((resolve) => { peer.wake = resolve })
    return peer.texts.shift()
  }
`

/** How a browser saw a connection end. */
export interface BrowserClose {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

/** A native WebSocket in a page of a real browser. */
export class BrowserPeer {
  readonly #page: Page
  readonly #index: number

  constructor (page: Page, index: number) {
    this.#page = page
    this.#index = index
  }

  /** Sends a text as it is. */
  async send (text: string): Promise<void> {
    await this.#page.evaluate(`peers[${this.#index}].socket.send(${JSON.stringify(text)})`)
  }

  /** The text of the next frame. */
  async next (): Promise<string> {
    return await this.#page.evaluate<string>(`next(${this.#index})`)
  }

  /** The subprotocol that was agreed on. */
  async protocol (): Promise<string> {
    return await this.#page.evaluate<string>(`peers[${this.#index}].socket.protocol`)
  }

  async closed (): Promise<BrowserClose> {
    return await this.#page.evaluate<BrowserClose>(`peers[${this.#index}].closed`)
  }
}

/** A page of a small site, on another origin than the hub. */
export class BrowserPage {
  readonly #page: Page

  constructor (page: Page) {
    this.#page = page
  }

  /** Opens a WebSocket in the page. */
  async connect (url: string, protocols: readonly string[] = []): Promise<BrowserPeer> {
    const index = await this.#page.evaluate<number>(`open(${JSON.stringify(url)}, ${JSON.stringify(protocols)})`)
    return new BrowserPeer(this.#page, index)
  }
}

/** Starts Chromium; it ends with the test. */
export async function launchBrowser (t: Teardown): Promise<Browser> {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  return browser
}

/** Starts Chromium with one page; both end with the test. */
export async function openPage (t: Teardown): Promise<BrowserPage> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>wshub</title><script>${SCRIPT}</script>`)
  })
  await new Promise<void>((resolve) => { site.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => site.close())
  const browser = await launchBrowser(t)
  const page = await browser.newPage()
  const { port } = site.address() as AddressInfo
  await page.goto(`http://127.0.0.1:${port}/`)
  return new BrowserPage(page)
}
