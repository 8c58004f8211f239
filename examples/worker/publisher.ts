import { setTimeout as pause } from 'node:timers/promises'

/** A message as `POST /ws/publish` takes it. */
export interface Notification {
  /** Under which the service takes it once: the same message again must have the same id. */
  readonly id: string
  readonly type: string
  readonly payload: unknown
  readonly target: { readonly users: readonly string[] }
}

/** What became of a message; `recipients` counts connections, 0 when its user is not there. */
export type Outcome =
  | { readonly recipients: number, readonly seq?: number, readonly duplicate?: boolean }
  | { readonly error: string, readonly code: string }

/** What a publisher works with. */
export interface PublisherOptions {
  /** `http://host:port` */
  readonly url: string
  /** Of an administrator. */
  readonly token: string
  readonly log: (line: string) => void
  readonly fetch?: typeof fetch
  /** First pause after a failure, ms; each further one is twice as long. */
  readonly firstPauseMs?: number
}

const MAX_ATTEMPTS = 8
const MOST_PAUSE_MS = 30_000
const ANSWER_TIMEOUT_MS = 10_000
/** Not done, or nobody knows: to be sent again, under the same id. All else would be refused again. */
const PASSING_STATUS = new Set([429, 500, 502, 503, 504])
const PASSING_CODES = new Set(['UNAVAILABLE', 'INTERNAL_ERROR'])
const UNKNOWN: Outcome = { error: 'not sent', code: 'UNAVAILABLE' }

/** What went wrong this time may go well the next. */
class PassingError extends Error {
  /** As the service asks for, ms. */
  readonly pauseMs: number | undefined

  constructor (message: string, pauseMs?: number) {
    super(message)
    this.pauseMs = pauseMs
  }
}

/** Publishes over REST, each message once: whatever goes wrong, it is sent again with the same id, which the service knows for five minutes. */
export class Publisher {
  readonly #options: Required<PublisherOptions>

  constructor (options: PublisherOptions) {
    this.#options = { fetch: globalThis.fetch, firstPauseMs: 500, ...options }
  }

  /**
   * Publishes up to 1,000 messages in their order; resolves with an outcome for each. What had to be repeated comes behind the others.
   * Throws when the service refuses the request, or is away for too long.
   */
  async publish (messages: readonly Notification[]): Promise<Outcome[]> {
    const outcomes = new Map<string, Outcome>()
    for (let attempt = 1; ; attempt += 1) {
      const open = messages.filter(({ id }) => isOpen(outcomes.get(id)))
      if (open.length === 0) return messages.flatMap(({ id }) => outcomes.get(id) ?? [])
      try {
        const results = await this.#send(open)
        open.forEach(({ id }, index) => outcomes.set(id, results[index] ?? UNKNOWN))
        const failed = results.filter(isOpen)
        if (failed.length > 0) throw new PassingError(`${failed.length} of ${open.length} messages not published`)
      } catch (error) {
        if (!(error instanceof PassingError) || attempt === MAX_ATTEMPTS) throw error
        await this.#wait(error, attempt)
      }
    }
  }

  async #send (messages: readonly Notification[]): Promise<readonly Outcome[]> {
    const { url, token, fetch } = this.#options
    const request = {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    }
    const response = await fetch(new URL('/ws/publish', url), request).catch(asPassing)
    const answer = await response.json().catch(asPassing) as { results: readonly Outcome[], error?: string }
    if (response.ok) return answer.results
    const text = `${response.status} ${answer.error ?? response.statusText}`
    throw PASSING_STATUS.has(response.status) ? new PassingError(text, retryAfterMs(response)) : new Error(text)
  }

  /** Longer each time, but as the service says where it says something. */
  async #wait ({ message, pauseMs }: PassingError, attempt: number): Promise<void> {
    const { firstPauseMs, log } = this.#options
    const ms = pauseMs ?? Math.min(firstPauseMs * 2 ** (attempt - 1), MOST_PAUSE_MS)
    log(`${message}; the same again in ${ms} ms`)
    await pause(ms)
  }
}

function isOpen (outcome: Outcome = UNKNOWN): boolean {
  return 'code' in outcome && PASSING_CODES.has(outcome.code)
}

/** No answer does not mean that nothing was done. */
function asPassing (error: unknown): never {
  throw new PassingError(`no answer (${error instanceof Error ? error.message : String(error)})`)
}

/** Undefined where the service does not say. */
function retryAfterMs ({ headers }: Response): number | undefined {
  const seconds = headers.get('retry-after') ?? ''
  return /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : undefined
}
