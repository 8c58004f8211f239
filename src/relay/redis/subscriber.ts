import { AnswerWatch } from './answer-watch.ts'
import { chunksOf, groupsOf } from './chunks.ts'
import { closeClient } from './connect.ts'
import type { SubscriberParts } from './subscriber-parts.ts'

const RESTART_PAUSE_MS = 500
/** Longer commands would stall both sides: 1,000 channels take Redis 7 ms. */
const CHUNK = 1_000

/**
 * The channels of one connection, kept in a list of our own: ioredis' resubscribing loses channels when the connection breaks again
 * meanwhile. The changes of a turn of the event loop go out together; leaving and coming back in one turn changes nothing.
 */
export class Subscriber {
  readonly #parts: SubscriberParts
  readonly #watch: AnswerWatch
  readonly #wanted = new Set<string>()
  /** Channels that Redis has been asked for over this connection. */
  readonly #sent = new Set<string>()
  readonly #confirmed = new Set<string>()
  readonly #changed = new Set<string>()
  readonly #pinger: NodeJS.Timeout
  #waiting: Array<() => void> = []
  #isReady = false
  #restarting: NodeJS.Timeout | undefined

  constructor (parts: SubscriberParts) {
    this.#parts = parts
    const { link, sharded, pingMs, answerLimitMs } = parts
    this.#watch = new AnswerWatch(answerLimitMs, () => link.stream?.destroy())
    this.#pinger = setInterval(() => this.#ping(), pingMs)
    link.on(sharded ? 'smessageBuffer' : 'messageBuffer', (channel: Buffer, frame: Buffer) => parts.onFrame(channel.toString(), frame))
    // What is wrong with the server is told by the connection for commands.
    link.on('error', () => {})
    link.on('ready', () => this.#onReady())
    link.on('moved', () => parts.onMoved())
    link.on('close', () => this.#onClose())
    if (link.status === 'ready') this.#onReady()
  }

  /** True while every wanted channel was confirmed since the connection was made. */
  get isReady (): boolean {
    return this.#isReady
  }

  add (channel: string): void {
    this.#wanted.add(channel)
    this.#change(channel)
  }

  remove (channel: string): void {
    this.#wanted.delete(channel)
    this.#change(channel)
  }

  /** True when what is published to the channel from now on arrives here. */
  isConfirmed (channel: string): boolean {
    return this.#confirmed.has(channel)
  }

  /** Resolves at the next confirmation of any channel. */
  async changed (): Promise<void> {
    await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
  }

  /** Stops; the connection is closed. */
  close (): void {
    clearInterval(this.#pinger)
    clearTimeout(this.#restarting)
    this.#watch.close()
    closeClient(this.#parts.link)
    this.#wake()
  }

  #change (channel: string): void {
    if (this.#changed.size === 0) setImmediate(() => this.#flush())
    this.#changed.add(channel)
  }

  #flush (): void {
    const changed = [...this.#changed]
    this.#changed.clear()
    if (this.#parts.link.status !== 'ready') return
    const added = changed.filter((channel) => this.#wanted.has(channel) && !this.#sent.has(channel))
    const removed = changed.filter((channel) => !this.#wanted.has(channel) && this.#sent.has(channel))
    for (const chunk of this.#commandsFor(added)) this.#subscribe(chunk).catch((error: Error) => this.#refused(error))
    for (const chunk of this.#commandsFor(removed)) this.#unsubscribe(chunk).catch(() => this.#restart())
  }

  async #subscribe (channels: string[]): Promise<void> {
    const { link, sharded } = this.#parts
    for (const channel of channels) this.#sent.add(channel)
    try {
      await this.#watch.within('', sharded ? link.ssubscribe(...channels) : link.subscribe(...channels))
    } catch (error) {
      for (const channel of channels) this.#sent.delete(channel)
      throw error
    }
    const confirmed = channels.filter((channel) => this.#sent.has(channel))
    for (const channel of confirmed) this.#confirmed.add(channel)
    this.#parts.onConfirmed(confirmed)
    this.#wake()
  }

  async #unsubscribe (channels: string[]): Promise<void> {
    const { link, sharded } = this.#parts
    for (const channel of channels) {
      this.#sent.delete(channel)
      this.#confirmed.delete(channel)
    }
    await this.#watch.within('', sharded ? link.sunsubscribe(...channels) : link.unsubscribe(...channels))
  }

  #onReady (): void {
    this.#subscribeAll().catch((error: Error) => this.#refused(error))
  }

  async #subscribeAll (): Promise<void> {
    const { stream } = this.#parts.link
    for (const chunk of this.#commandsFor([...this.#wanted])) {
      const missing = chunk.filter((channel) => this.#wanted.has(channel) && !this.#sent.has(channel))
      if (missing.length > 0) await this.#subscribe(missing)
    }
    // Another connection has taken over meanwhile: it is the one to say so.
    if (stream !== this.#parts.link.stream || this.#parts.link.status !== 'ready') return
    this.#isReady = true
    this.#parts.onRestored()
    this.#wake()
  }

  #onClose (): void {
    // What is not wanted here any more may be confirmed elsewhere: nobody would restore it after this.
    const interrupted = [...this.#confirmed].filter((channel) => this.#wanted.has(channel))
    this.#isReady = false
    this.#sent.clear()
    this.#confirmed.clear()
    this.#parts.onInterrupted(interrupted)
  }

  #refused (error: Error): void {
    if (error.message.startsWith('MOVED')) {
      this.#parts.onMoved()
      return this.#later(() => this.#sendMissing())
    }
    this.#parts.onRefused(error)
    this.#restart()
  }

  /** What a refused or unanswered subscription leaves behind is not known: a new connection is, after a pause, or refusals would follow each other. */
  #restart (): void {
    const { stream } = this.#parts.link
    this.#later(() => stream?.destroy())
  }

  /** Those that have not moved away after all; where the first round was cut short by one that has, it is done once more. */
  #sendMissing (): void {
    if (!this.#isReady && this.#parts.link.status === 'ready') return this.#onReady()
    for (const channel of this.#wanted) {
      if (!this.#sent.has(channel)) this.#change(channel)
    }
  }

  #later (step: () => void): void {
    this.#restarting ??= setTimeout(() => {
      this.#restarting = undefined
      step()
    }, RESTART_PAUSE_MS)
  }

  #ping (): void {
    if (this.#parts.link.status !== 'ready' || this.#watch.pendingCount > 0) return
    this.#watch.within('', this.#parts.link.ping()).catch(() => this.#restart())
  }

  /** What may go into one command each. */
  #commandsFor (channels: readonly string[]): string[][] {
    return groupsOf(channels, this.#parts.groupOf ?? (() => 0)).flatMap((group) => chunksOf(group, CHUNK))
  }

  #wake (): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
