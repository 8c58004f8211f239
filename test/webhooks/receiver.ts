import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookEvent } from '../../src/webhooks/webhook-event.ts'
import { until, type Teardown } from '../helper.ts'

/** Secret of all webhooks in tests. */
export const WEBHOOK_SECRET = 'a secret of webhooks, more than 32 bytes long'

/** A request as it came. */
export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders
  readonly path: string
  readonly body: string
  readonly events: readonly WebhookEvent[]
  /** What it was answered; undefined while it hangs. */
  readonly status: number | undefined
}

/** How a request is answered: with a status and headers, or not at all. */
export type Answer = number | 'hang' | 'cut' | { readonly status: number, readonly headers: Record<string, string> }

/** The backend of an application, whose mood a test decides. It verifies every signature, and takes each event once. */
export class Receiver {
  readonly requests: ReceivedRequest[] = []
  /** Answers of the next requests, in order; after them {@link mood}. */
  readonly answers: Answer[] = []
  mood: Answer = 200
  /** Before it answers, ms; by another request meanwhile this would show. */
  slownessMs = 0
  /** Of every answer. */
  body = 'noted'
  /** Most requests under way at a time. */
  mostAtOnce = 0
  /** Requests with a signature that is not right. */
  forged = 0
  #atOnce = 0
  readonly #server = createServer((request, response) => { this.#take(request, response).catch(() => response.destroy()) })

  /** Listens; on a port that it had before, if it is given. */
  async listen (port = 0): Promise<void> {
    await new Promise<void>((resolve) => { this.#server.listen(port, '127.0.0.1', resolve) })
  }

  get port (): number {
    const address: AddressInfo | string | null = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  get url (): string {
    return `http://127.0.0.1:${this.port}/hooks`
  }

  close (): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Events that were accepted, without repetitions: `joined ada hall`, `connected ada`. */
  told (): string[] {
    const events = this.requests.filter(({ status = 0 }) => status >= 200 && status < 300).flatMap(({ events }) => events)
    return [...new Map(events.map((event) => [event.id, event])).values()].map(({ type, user, room }) => [type, user.id, room].filter((part) => part !== undefined).join(' '))
  }

  /** Waits until so many events were accepted. */
  async hasHeard (count: number): Promise<string[]> {
    await until(() => this.told().length >= count)
    return this.told()
  }

  async #take (request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#atOnce += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce)
    request.setEncoding('utf8')
    let body = ''
    for await (const chunk of request) body += String(chunk)
    if (!isSigned(request.headers, body)) this.forged += 1
    if (this.slownessMs > 0) await new Promise((resolve) => { setTimeout(resolve, this.slownessMs) })
    this.#atOnce -= 1
    const answer = this.answers.shift() ?? this.mood
    const { status, headers } = typeof answer === 'object' ? answer : { status: typeof answer === 'number' ? answer : undefined, headers: {} }
    this.requests.push({ headers: request.headers, path: request.url ?? '', body, events: JSON.parse(body).events, status })
    if (status !== undefined) response.writeHead(status, headers).end(this.body)
    else if (answer === 'cut') response.destroy()
  }
}

/** Starts a receiver; stops it with the test. */
export async function startReceiver (t: Teardown): Promise<Receiver> {
  const receiver = new Receiver()
  await receiver.listen()
  t.teardown(() => receiver.close())
  return receiver
}

/** As Standard Webhooks has it, written for itself: what a backend would do. */
export function isSigned (headers: IncomingHttpHeaders, body: string, key: Buffer | string = WEBHOOK_SECRET): boolean {
  const [id, seconds, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => String(headers[name]))
  const isFresh = Math.abs(Date.now() / 1000 - Number(seconds)) < 300
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest()
  return isFresh && String(signatures).split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',')
    const given = Buffer.from(text, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
