import type { WebSocket } from 'ws'
import type { Identity } from '../auth/identity.ts'
import { monotonicMs } from '../clock.ts'
import type { ErrorPayload, HubError } from '../errors.ts'
import { closeCodes, type CloseCode } from '../protocol/close-codes.ts'
import type { Dialect } from '../protocol/dialect.ts'
import type { OutboundEvent, Position, UserRef } from '../relay/relay-message.ts'
import type { Membership } from '../rooms/membership.ts'
import type { ConnectionEnd, ConnectionEvents, ConnectionParts, ConnectionSettings, Entrance } from './connection-parts.ts'
import { PERMESSAGE_DEFLATE } from './compression-offer.ts'
import { deflateFrame } from './deflate.ts'
import { directEvent, type About } from './direct-event.ts'
import { dialectFrame } from './dialect-frame.ts'
import type { Frame } from './frame.ts'
import { Intake } from './intake.ts'
import { Outlet } from './outlet.ts'
import type { RoomName, TopicName } from './topics.ts'

/** One client's socket: who it is, what it is subscribed to, and the way out to it. */
export class Connection extends Outlet {
  readonly id: string
  readonly dialect: Dialect
  readonly address: string
  /** Whether the peer can unpack compressed frames. */
  readonly compresses: boolean
  /** Milliseconds since 1970. */
  readonly openedAtMs = Date.now()
  readonly rooms = new Map<RoomName, Membership>()
  /** What it is subscribed to; kept by the topic index. */
  readonly topics: TopicName[] = []
  /** When the peer last answered a ping, on the clock of `monotonicMs`. */
  lastPongMs = monotonicMs()
  /** When the ping that is not answered yet was sent, 0 when none is. */
  pingSentMs = 0
  /** Set by its inbox. */
  inbox: Entrance | undefined
  readonly #webSocket: WebSocket
  readonly #intake: Intake
  readonly #events: ConnectionEvents
  #identity: Identity
  #user: UserRef
  #ended = false

  constructor (parts: ConnectionParts, settings: ConnectionSettings, events: ConnectionEvents) {
    super(parts.stream, settings)
    this.id = parts.id
    this.#identity = parts.identity
    this.#user = userOf(parts.identity)
    this.dialect = parts.dialect
    this.address = parts.address
    this.compresses = parts.webSocket.extensions === PERMESSAGE_DEFLATE
    this.#webSocket = parts.webSocket
    this.#intake = new Intake(parts.webSocket, parts.stream)
    this.#events = events
    this.#flushBeforeClose()
  }

  /** Who is on it, as its newest token says. */
  get identity (): Identity {
    return this.#identity
  }

  /** The user as others see it. */
  get user (): UserRef {
    return this.#user
  }

  /** Lets a newer token of its user count. It stays that user's for good: throws for any other. Only the hub, which keeps count, calls it. */
  renew (identity: Identity): void {
    if (identity.userId !== this.#identity.userId) throw new Error('a connection never changes its user')
    this.#identity = identity
    this.#user = userOf(identity)
  }

  /** True once the connection has left the hub. Between the peer's close frame and this, its last requests still count. */
  get hasEnded (): boolean {
    return this.#ended
  }

  /** Closes the connection where its token has ended: the timer may be late, on a busy loop or when somebody sets the clock. */
  endIfExpired (): void {
    const { expiresAtMs } = this.#identity
    if (expiresAtMs !== undefined && Date.now() >= expiresAtMs) this.close(closeCodes.tokenExpired)
  }

  /** Sends an event to this connection alone. What its dialect has no frame for counts as sent. */
  override send (type: string, payload: unknown, about: About = {}): boolean {
    return this.#sendFrame(this.#frame(directEvent(type, payload, about)))
  }

  /** Answers with a place in a topic's stream, behind everything that the connection has to be shown before. */
  sendPlace (type: string, payload: unknown, { topic, position, ...about }: About & { readonly topic: TopicName, readonly position: Position }): boolean {
    this.endIfExpired()
    const frame = this.#frame(directEvent(type, payload, about))
    return frame === undefined || this.deliverReply(frame, topic, position)
  }

  /** Sends a refusal, with the id of the request where it is known. */
  sendError (error: HubError, about: About = {}): boolean {
    const payload = error.toPayload()
    const isSent = this.#sendFrame(this.#frame(directEvent('error', payload, about), payload))
    if (!isSent && this.isOpen) this.#events.onErrorDropped(this, error)
    return isSent
  }

  /** Sends `connected`, and behind it what was held. */
  greet (payload: unknown): void {
    this.endIfExpired()
    if (this.isOpen) this.releaseBehind(this.#frame(directEvent('connected', payload, {})))
  }

  /** Sends a protocol ping. */
  ping (nowMs: number): void {
    this.pingSentMs = nowMs
    this.#webSocket.ping()
  }

  /** Notes that the peer answered. */
  pong (): void {
    this.lastPongMs = monotonicMs()
    this.pingSentMs = 0
  }

  /** Does not count so much time against the peer: this node was not listening. */
  pardon (missedMs: number): void {
    const now = monotonicMs()
    this.lastPongMs = Math.min(now, this.lastPongMs + missedMs)
    if (this.pingSentMs > 0) this.pingSentMs = Math.min(now, this.pingSentMs + missedMs)
    this.outbox.pardon(missedMs)
  }

  /** Stops or goes on reading from the peer. */
  setReading (reading: boolean): void {
    this.#intake.setReading(reading)
  }

  /** Sends what is queued, then a close frame. Does nothing where the peer was first: the end comes with its code. */
  close ({ code, reason }: Pick<CloseCode, 'code' | 'reason'>, details: { reason?: string, retryAfterMs?: number } = {}): void {
    if (!this.isOpen) return
    const text = details.reason ?? reason
    this.#webSocket.close(code, text)
    this.end({ code, reason: text, byServer: true, ...(details.retryAfterMs !== undefined && { retryAfterMs: details.retryAfterMs }) })
  }

  /** Gives up on a peer that does not read: what waits for it is dropped, it may come back and resume. */
  override closeAsSlow (): void {
    this.outbox.discard()
    this.close(closeCodes.tooSlow)
  }

  protected override noteSlow (): void {
    this.#events.onSlow(this)
  }

  /** Cuts the connection without a close frame; safe to call at any time. */
  terminate (reason: string): void {
    this.#webSocket.terminate()
    this.end({ code: 1006, reason, byServer: true })
  }

  /** The one way out: whatever ends the connection comes here, and only the first time counts. */
  end (end: ConnectionEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.shut()
    this.#events.onEnd(this, end)
  }

  #sendFrame (frame: Frame | undefined): boolean {
    this.endIfExpired()
    return frame === undefined || this.deliver(frame)
  }

  #frame (event: OutboundEvent, error?: ErrorPayload): Frame | undefined {
    const frame = dialectFrame(this.dialect, { event, error, receiver: this.#identity })
    return this.compresses && frame !== undefined ? deflateFrame(frame) : frame
  }

  /**
   * Whoever closes, it is by this method: ws calls it itself to answer a peer's close frame. What is queued by then, the replies to
   * what the peer asked last among it, must go out first.
   */
  #flushBeforeClose (): void {
    const webSocket = this.#webSocket
    const { close } = webSocket
    webSocket.close = (code, reason) => {
      this.outbox.flushAll()
      this.stopTaking()
      close.call(webSocket, code, reason)
    }
  }
}

function userOf ({ userId: id, name }: Identity): UserRef {
  return { id, name }
}
