import type { Duplex } from 'node:stream'
import { Backlog, type OutboxLimits } from './backlog.ts'
import type { Batch } from './batch.ts'
import { openSink, type ByteSink, type SinkOwner } from './byte-sink.ts'
import type { FrameChain } from './frame-chain.ts'
import type { Flushable, Flusher } from './flusher.ts'
import type { Frame } from './frame.ts'

/** Whose frames they are. */
export interface OutboxOwner {
  /** False as soon as a close frame may be out: nothing may follow it. */
  readonly isOpen: boolean
  /** A full socket has taken all there was. */
  onDrained (): void
}

const NOTHING: Batch = { bytes: Buffer.alloc(0), messages: 0 }

/**
 * Frames on their way to one socket. They gather during a turn of the event loop and leave in one write; what the
 * kernel does not take stays here, bounded, until it does. Only that backlog counts against the limits.
 */
export class Outbox implements Flushable, SinkOwner {
  readonly #sink: ByteSink
  readonly #flusher: Flusher
  readonly #limits: OutboxLimits
  readonly #owner: OutboxOwner
  #pending: FrameChain | undefined
  /** There while the socket is full; nothing is pending then. */
  #backlog: Backlog | undefined
  /** True while frames go to the backlog though the socket would take them. */
  #isHeld = false

  constructor (socket: Duplex, flusher: Flusher, limits: OutboxLimits, owner: OutboxOwner) {
    this.#sink = openSink(socket, this, limits.bytes)
    this.#flusher = flusher
    this.#limits = limits
    this.#owner = owner
  }

  /** Since when the socket has been full, on the clock of `monotonicMs`; 0 while it is not. */
  get stalledSince (): number {
    return this.#isHeld ? 0 : this.#backlog?.sinceMs ?? 0
  }

  /** True while the socket has not taken what it was given. */
  get isFull (): boolean {
    return this.#backlog !== undefined
  }

  /** Does not count so much time as stalled: nobody looked whether the socket had room. */
  pardon (missedMs: number): void {
    this.#backlog?.pardon(missedMs)
  }

  /** Keeps frames from the socket until {@link release}, as many as a full socket could have waiting. */
  hold (): void {
    this.#isHeld = true
    this.#backlog = new Backlog(this.#limits, NOTHING)
  }

  /** Sends a frame, where there is one, and behind it what was held. */
  release (first: Frame | undefined): void {
    const held = this.#backlog?.rest()
    this.#isHeld = false
    this.#backlog = undefined
    if (held !== undefined) this.#goOn(first === undefined ? held : [{ bytes: first, messages: 1 }, ...held])
    else if (first !== undefined) this.push(first)
  }

  /** Takes a frame for the next flush. False when the backlog is at its limit: the frame was not taken. */
  push (frame: Frame): boolean {
    if (this.#backlog !== undefined) return this.#backlog.add(frame)
    if (this.#pending === undefined) this.#flusher.schedule(this)
    const pending = (this.#pending ?? this.#flusher.empty).add(frame)
    this.#pending = pending
    // Frames of the running turn do not count, but a long queue must not grow: it leaves early.
    if (pending.messages >= this.#limits.messages || pending.bytes >= this.#limits.bytes) this.flush()
    return true
  }

  /** Writes what is pending, as far as the socket takes it. */
  flush (): void {
    const pending = this.#pending
    if (pending === undefined) return
    this.#pending = undefined
    if (this.#owner.isOpen) this.#writeAll(pending.batches)
  }

  /** Hands everything to the socket regardless of limits, so that a close frame comes after it. */
  flushAll (): void {
    // What is held would come before the greeting that it waits for.
    const batches = this.#isHeld ? [] : this.#backlog?.rest() ?? this.#pending?.batches ?? []
    this.discard()
    if (!this.#owner.isOpen) return
    for (const { bytes } of batches) this.#sink.write(bytes)
  }

  /** Forgets what the socket has not been given yet. */
  discard (): void {
    this.#pending = undefined
    this.#backlog = undefined
  }

  /** The socket has taken what it was given: goes on with the rest until it is full again. */
  onTaken (): void {
    if (this.#backlog === undefined || this.#isHeld) return
    const rest = this.#backlog.rest()
    this.#backlog = undefined
    this.#goOn(rest)
  }

  /** Writes what had to wait; when the socket takes all of it, the owner is told. */
  #goOn (batches: readonly Batch[]): void {
    if (!this.#owner.isOpen) return
    this.#writeAll(batches)
    if (this.#backlog === undefined) this.#owner.onDrained()
  }

  #writeAll (batches: readonly Batch[]): void {
    for (const batch of batches) {
      if (this.#backlog !== undefined) this.#backlog.hold(batch)
      else if (!this.#sink.write(batch.bytes)) this.#backlog = new Backlog(this.#limits, batch)
    }
  }
}
