import { randomUUID } from 'node:crypto'
import type { Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../guards.ts'
import { formatFrame } from './format-frame.ts'
import { INPUT_HELP, LineCommands } from './line-commands.ts'
import { Pacer } from './pacer.ts'
import { printable } from './printable.ts'
import { EXIT, notify, writeLines, type World } from './world.ts'

/** What a conversation needs of a connection. */
export interface Channel {
  readonly isOpen: boolean
  readonly ended: Promise<unknown>
  send (text: string): Promise<void>
}

interface ConversationOptions {
  /** Frames as they come instead of readable ones. */
  readonly raw?: boolean
  /** How long the replies may take once the input has ended. */
  readonly replyTimeoutMs?: number
}

/** Between the person, or a pipe, and a service: lines in, frames out. */
export class Conversation {
  readonly #world: World
  readonly #raw: boolean
  readonly #replyTimeoutMs: number
  readonly #commands = new LineCommands()
  readonly #pacer = new Pacer()
  /** Id of the request whose answer means that all before it are answered. */
  readonly #lastId = randomUUID()
  readonly #lastAnswer: Promise<void>
  #markAnswered = (): void => {}
  #hasBadLine = false

  constructor (world: World, { raw = false, replyTimeoutMs = 5_000 }: ConversationOptions = {}) {
    this.#world = world
    this.#raw = raw
    this.#replyTimeoutMs = replyTimeoutMs
    this.#lastAnswer = new Promise((resolve) => { this.#markAnswered = resolve })
  }

  /** Shows a frame that came. */
  show (text: string): void {
    const frame = parseFrame(text)
    if (frame?.['id'] === this.#lastId) return this.#markAnswered()
    this.#heed(frame)
    writeLines(this.#world.stdout, this.#raw || frame === undefined ? onOneLine(text) : formatFrame(frame))
  }

  /** Carries out lines until they, or the connection, end, and waits for the replies. Resolves to the exit code. */
  async run (lines: Interface, channel: Channel): Promise<number> {
    for await (const line of lines) {
      if (!channel.isOpen || await this.#obey(line, channel) === 'quit') break
    }
    if (channel.isOpen && !await this.#isAnswered(channel)) return EXIT.failure
    return this.#hasBadLine && this.#world.stdin.isTTY !== true ? EXIT.usage : EXIT.success
  }

  #heed (frame: Record<string, unknown> | undefined): void {
    const { type, payload } = frame ?? {}
    const pause = type === 'rate_warning' && isRecord(payload) ? payload['retry_after_ms'] : undefined
    if (typeof pause === 'number') this.#pacer.warn(pause)
  }

  async #obey (line: string, channel: Channel): Promise<'quit' | undefined> {
    const outcome = this.#commands.read(line)
    if (outcome === 'quit') return 'quit'
    if (outcome === 'help') writeLines(this.#world.stderr, INPUT_HELP)
    else if (outcome !== 'nothing' && 'send' in outcome) await this.#send(outcome.send, channel)
    else if (outcome !== 'nothing') this.#complain(outcome.complaint)
  }

  async #send (text: string, channel: Channel): Promise<void> {
    if (this.#world.stdin.isTTY !== true) await this.#pacer.next()
    await channel.send(text)
  }

  #complain (text: string): void {
    this.#hasBadLine = true
    notify(this.#world, printable(text))
  }

  /** Requests of a connection are answered in order: with the last one all are. */
  async #isAnswered (channel: Channel): Promise<boolean> {
    await channel.send(JSON.stringify({ type: 'ping', id: this.#lastId }))
    const waiting = new AbortController()
    const isLate = sleep(this.#replyTimeoutMs, true, { signal: waiting.signal })
    const isOver = Promise.race([this.#lastAnswer, channel.ended]).then(() => false)
    const late = await Promise.race([isLate, isOver])
    waiting.abort()
    if (late) notify(this.#world, `not everything was answered within ${this.#replyTimeoutMs} ms`)
    return !late
  }
}

/** Between tokens a line break is a blank; inside of texts JSON has none. */
function onOneLine (text: string): string {
  return printable(text.replace(/[\t\r\n]+/g, ' '))
}

function parseFrame (text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
