import type { BenchBrowser, Outcome } from './browser.ts'
import type { Contender, ContenderName } from './contenders.ts'
import type { Received } from './page/receive.ts'
import type { Talk, Talked } from './page/talk.ts'
import type { Order } from './page/wire.ts'

/** Text of each message, in both directions. */
export const CONTENT = 'Is anybody here who knows how to mount a disk read-only?'

/** A measurement of one contender. */
export interface Figures {
  /** Messages received, or acknowledged. */
  readonly perSecond: number
  /** CPU time per message, µs, in scripts: the library, what it calls, and the handler. */
  readonly scriptUs: number
  /** CPU time per message, µs, of the page's main thread: that, and what the browser does there. */
  readonly mainThreadUs: number
  /** CPU time of the main thread as a share of the time: far below 1, something else was the limit. */
  readonly mainThreadShare: number
}

/** Who measures whom. */
export interface Measured {
  readonly browser: BenchBrowser
  readonly contender: Contender
  /** Where its firehose listens. */
  readonly url: string
}

const TIMEOUT_MS = 120_000

/** Measures receiving. Rejects when a message was lost, doubled or came out of order. */
export async function measureReceiving ({ browser, contender, url }: Measured, order: Order): Promise<Figures> {
  const outcome = await browser.run<Received>(contender, `receive(${JSON.stringify(url)}, ${JSON.stringify(order)})`, TIMEOUT_MS)
  check(contender.name, outcome.result, order.messages)
  return figuresOf(outcome, order.messages)
}

/** Measures sending with so many messages said at once. */
export async function measureSending ({ browser, contender, url }: Measured, plan: Omit<Talk, 'content'>, timeoutMs = TIMEOUT_MS): Promise<Figures> {
  const outcome = await browser.run<Talked>(contender, `talk(${JSON.stringify(url)}, ${JSON.stringify({ ...plan, content: CONTENT })})`, timeoutMs)
  return figuresOf(outcome, outcome.result.acked)
}

function check (name: ContenderName, { received, misplaced }: Received, messages: number): void {
  if (received === messages && misplaced === 0) return
  throw new Error(`${name}: received ${received} of ${messages} messages, ${misplaced} of them not behind the one before`)
}

function figuresOf ({ result: { ms }, cpu }: Outcome<{ readonly ms: number }>, messages: number): Figures {
  const seconds = ms / 1_000
  const perMessage = 1e6 / messages
  return { perSecond: messages / seconds, scriptUs: cpu.script * perMessage, mainThreadUs: cpu.mainThread * perMessage, mainThreadShare: cpu.mainThread / seconds }
}
