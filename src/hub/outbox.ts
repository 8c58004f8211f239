import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { monotonicMs } from '../clock.ts'
import { BatchCache, type Batch } from './batch.ts'
import type { Flushable, Flusher } from './flusher.ts'
import type { Frame } from './frame.ts'

/** Bounds of what may wait for a socket that does not take it. */
export interface OutboxLimits {
  readonly messages: number
  readonly bytes: number
}

/** Whose frames they are. */
export interface OutboxOwner {
  /** False as soon as a close frame may be out: nothing may follow it. */
  readonly isOpen: boolean
  /** A full socket has taken all there was. */
  onDrained (): void
}

/**
 * Frames on their way to one socket. They gather during a turn of the event loop and leave in one write; what the
 * kernel does not take stays here, bounded, until it does. Only that backlog counts against the limits.
 */
export class Outbox implements Flushable {
  readonly #socket: Duplex
  readonly #flusher: Flusher
  readonly #limits: OutboxLimits
  readonly #owner: OutboxOwner
  #pending: Frame[] = []
  #pendingBytes = 0
  /** What a full socket holds back; the first batch is already the socket's. Empty while the socket takes everything. */
  #backlog: Batch[] = []
  #backlogMessages = 0
  #backlogBytes = 0
  #writesInFlight = 0
  #stalledSince = 0

  constructor (socket: Duplex, flusher: Flusher, limits: OutboxLimits, owner: OutboxOwner) {
    this.#socket = socket
    this.#flusher = flusher
    this.#limits = limits
    this.#owner = owner
  }

  /** Since when the socket has been full, on the clock of `monotonicMs`; 0 while it is not. */
  get stalledSince (): number {
    return this.#stalledSince
  }

  /** Does not count so much time as stalled: nobody looked whether the socket had room. */
  pardon (missedMs: number): void {
    if (this.#stalledSince > 0) this.#stalledSince = Math.min(monotonicMs(), this.#stalledSince + missedMs)
  }

  /** Takes a frame for the next flush. False when the backlog is at its limit: the frame was not taken. */
  push (frame: Frame): boolean {
    if (this.#backlog.length > 0 && this.#wouldOverflow(frame)) return false
    this.#pendingBytes += frame.length
    const count = this.#pending.push(frame)
    if (this.#backlog.length > 0) return true
    if (count === 1) this.#flusher.schedule(this)
    // Frames of the running turn do not count, but a full list must not grow: it leaves early.
    if (count >= this.#limits.messages || this.#pendingBytes >= this.#limits.bytes) this.flush(this.#flusher.cache)
    return true
  }

  /** Writes what is pending, as far as the socket takes it. */
  flush (cache: BatchCache): void {
    if (this.#pending.length === 0 || this.#backlog.length > 0) return
    const frames = this.#takePending()
    if (!this.#isWritable) return
    for (const batch of cache.join(frames)) this.#writeOrHold(batch)
  }

  /** Hands everything to the socket regardless of limits, so that a close frame comes after it. */
  flushAll (): void {
    const [, ...held] = this.#backlog
    const frames = this.#takePending()
    this.#clearBacklog()
    if (!this.#isWritable) return
    for (const { bytes } of held) this.#socket.write(bytes)
    for (const frame of frames) this.#socket.write(frame)
  }

  /** Forgets what the socket has not been given yet. */
  discard (): void {
    this.#takePending()
    this.#clearBacklog()
  }

  get #isWritable (): boolean {
    return this.#owner.isOpen && this.#socket.writable
  }

  #wouldOverflow (frame: Frame): boolean {
    const messages = this.#backlogMessages + this.#pending.length + 1
    const bytes = this.#backlogBytes + this.#pendingBytes + frame.length
    return messages > this.#limits.messages || bytes > this.#limits.bytes
  }

  #takePending (): Frame[] {
    const frames = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    return frames
  }

  #writeOrHold (batch: Batch): void {
    if (this.#backlog.length > 0) this.#hold(batch)
    else this.#write(batch)
  }

  #write (batch: Batch): void {
    this.#writesInFlight += 1
    this.#socket.write(batch.bytes, this.#onWritten)
    if (this.#isFull) this.#hold(batch)
  }

  /**
   * Node tries a write at once: what the kernel took does not show in writableLength any more. TLS encrypts later and would
   * seem full after every write: there the bytes alone count, in Node's own buffer.
   */
  get #isFull (): boolean {
    const takenLater = this.#socket instanceof TLSSocket
    return this.#socket.writableLength > (takenLater ? this.#limits.bytes : 0)
  }

  #hold (batch: Batch): void {
    if (this.#backlog.push(batch) === 1) this.#stalledSince = monotonicMs()
    this.#backlogMessages += batch.messages
    this.#backlogBytes += batch.bytes.length
  }

  readonly #onWritten = (): void => {
    this.#writesInFlight -= 1
    if (this.#writesInFlight === 0 && this.#backlog.length > 0) this.#resume()
  }

  /** The socket has taken what it was given: goes on with the rest until it is full again. */
  #resume (): void {
    const [, ...held] = this.#backlog
    this.#clearBacklog()
    if (!this.#isWritable) return this.discard()
    for (const batch of held) this.#writeOrHold(batch)
    // Not the shared cache: nobody would clear it after this.
    this.flush(new BatchCache())
    if (this.#backlog.length === 0) this.#owner.onDrained()
  }

  #clearBacklog (): void {
    this.#backlog = []
    this.#backlogMessages = 0
    this.#backlogBytes = 0
    this.#stalledSince = 0
  }
}
