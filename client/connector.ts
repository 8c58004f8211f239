import { BackOff } from './back-off.ts'
import { isFinal, needsNewToken } from './close-codes.ts'
import { Credentials } from './credentials.ts'
import type { Frame } from './codec.ts'
import { ClosedError } from './errors.ts'
import { Link, type End } from './link.ts'
import type { Settings } from './options.ts'
import type { Message, Welcome } from './protocol.ts'

/** `connecting`: an attempt runs; `open`: greeted; `waiting`: for the next attempt; `closed`: for good. */
export type State = 'connecting' | 'open' | 'waiting' | 'closed'

/** A change of state, with what led to it. */
export interface StateEvent {
  readonly state: State
  /** For people. */
  readonly reason: string
  /** Close code of the connection that ended. */
  readonly code?: number
  /** Until the next attempt, ms. */
  readonly retryInMs?: number
  /** Why the hub is closed, or why no token could be had. */
  readonly error?: unknown
}

/** What a connector tells. */
export interface ConnectorEvents {
  readonly onState: (event: StateEvent) => void
  readonly onOpen: (greeting: Message<Welcome>) => void
  readonly onFrame: (frame: Message) => void
  /** The open connection is gone; what was not answered will not be. */
  readonly onLost: () => void
}

/** How often in a row a source may give the token that was refused: one that renews its token late has another one soon. */
const MOST_SAME_TOKENS = 5
const NORMAL = 1000

/** Keeps one connection: makes it, and makes it again unless a close code forbids that. */
export class Connector {
  readonly credentials: Credentials
  readonly #url: URL
  readonly #settings: Settings
  readonly #events: ConnectorEvents
  readonly #backOff: BackOff
  #state: State = 'connecting'
  #link: Link | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of the attempts; an outcome of an earlier one no longer counts. */
  #attempt = 0
  #sameTokens = 0

  /** Connects once the caller is done with what it does now. */
  constructor (url: URL, settings: Settings, events: ConnectorEvents) {
    this.#url = url
    this.#settings = settings
    this.#events = events
    this.#backOff = new BackOff(settings)
    this.credentials = new Credentials(settings)
    queueMicrotask(() => { if (this.#state === 'connecting') this.#connect() })
  }

  get state (): State {
    return this.#state
  }

  send (frame: Frame): void {
    this.#link?.send(frame)
  }

  /** Leaves a connection that does not answer; the next one is made as after any loss. */
  cut (reason: string): void {
    this.#link?.end({ code: 1006, reason })
  }

  /** Ends the pause before the next attempt. Should that come too early, as when a network is told before it works, short pauses follow. */
  hurry (): void {
    this.#backOff.reset()
    if (this.#state === 'waiting') this.#connect()
  }

  /** The service goes away: it said when to come back. */
  hint (retryAfterMs: number): void {
    this.#backOff.hint(retryAfterMs)
  }

  /** Closes for good. Harmless when closed. */
  close (error: ClosedError, reason = 'Client disconnecting'): void {
    if (this.#state === 'closed') return
    const link = this.#link
    this.#leave()
    link?.end({ code: NORMAL, reason })
    this.#change({ state: 'closed', reason, error })
  }

  #connect (): void {
    clearTimeout(this.#timer)
    this.#attempt += 1
    const attempt = this.#attempt
    this.#change({ state: 'connecting', reason: 'connecting' })
    if (attempt !== this.#attempt) return
    this.#timer = setTimeout(() => this.#giveUp(attempt, 'no connection in time'), this.#settings.connectTimeoutMs)
    this.#open(attempt).catch((error: unknown) => {
      if (attempt === this.#attempt) this.#wait({ reason: 'could not connect', error })
    })
  }

  async #open (attempt: number): Promise<void> {
    const { WebSocket, codec } = this.#settings
    const { token, ticket } = await this.credentials.pass()
    if (attempt !== this.#attempt) return
    if (this.credentials.isRefused(token)) return this.#refuseToken()
    this.credentials.use(token)
    this.#sameTokens = 0
    const link = this.#link = new Link(new WebSocket(this.#address(ticket), [codec.subprotocol, ...(token === undefined ? [] : ['bearer', token])]), codec, {
      onFrame: (frame) => { if (link === this.#link) this.#take(frame) },
      onEnd: (end) => { if (link === this.#link) this.#ended(end) }
    })
  }

  /** The service need not be asked about a token that it has refused. */
  #refuseToken (): void {
    const code = 4001
    this.#sameTokens += 1
    if (this.#sameTokens < MOST_SAME_TOKENS) return this.#wait({ code, reason: 'the service refused the token, and there is no other yet' })
    this.close(new ClosedError(code, 'the service refused the token, and there is no other'), 'token refused')
  }

  /** Refusals as close codes: outside of browsers a WebSocket shows no HTTP status, or shows it in a way of its own. */
  #address (ticket: string | undefined): string {
    const url = new URL(this.#url)
    url.searchParams.set('refusal', 'close')
    if (ticket !== undefined) url.searchParams.set('ticket', ticket)
    return url.href
  }

  #take (frame: Message): void {
    if (this.#state === 'open') return this.#events.onFrame(frame)
    if (frame.type !== 'connected') return
    clearTimeout(this.#timer)
    this.#backOff.opened()
    this.credentials.accept()
    this.#state = 'open'
    this.#events.onOpen(frame as Message<Welcome>)
    // A handler may have closed the hub.
    if (this.state === 'open') this.#events.onState({ state: 'open', reason: 'Connected to WebSocket' })
  }

  #giveUp (attempt: number, reason: string): void {
    if (attempt !== this.#attempt) return
    if (this.#link === undefined) this.#wait({ reason })
    else this.#link.end({ code: 1006, reason })
  }

  #ended ({ code, reason }: End): void {
    const text = `WebSocket disconnected: ${code}${reason === '' ? '' : ` ${reason}`}`
    if (needsNewToken(code)) this.credentials.refuse()
    if (isFinal(code) || (needsNewToken(code) && this.credentials.isFixed)) {
      this.#leave()
      return this.#change({ state: 'closed', code, reason: text, error: new ClosedError(code, text) })
    }
    this.#wait({ code, reason: text })
  }

  #wait (cause: Omit<StateEvent, 'state'>): void {
    this.#leave()
    const retryInMs = Math.round(this.#backOff.next())
    if (this.#backOff.failures >= this.#settings.maxAttempts) {
      const { code = 1006, error } = cause
      const reason = `Max reconnection attempts reached. ${cause.reason}`
      return this.#change({ ...cause, state: 'closed', reason, error: new ClosedError(code, reason, { cause: error }) })
    }
    this.#timer = setTimeout(() => this.#connect(), retryInMs)
    this.#change({ ...cause, state: 'waiting', retryInMs, reason: `${cause.reason}. Reconnecting in ${retryInMs}ms...` })
  }

  #leave (): void {
    clearTimeout(this.#timer)
    this.#attempt += 1
    this.#link = undefined
    if (this.#state === 'open') this.#events.onLost()
  }

  #change (event: StateEvent): void {
    this.#state = event.state
    this.#events.onState(event)
  }
}
