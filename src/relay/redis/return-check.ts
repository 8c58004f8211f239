import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../logger.ts'
import { unavailable } from './answer-watch.ts'
import { onEveryReady, type CommandClient } from './connect.ts'

/** What the check of a server that is back works with. */
export interface ReturnCheckParts {
  readonly commands: CommandClient
  /** The check; rejects when it could not be done. */
  readonly check: () => Promise<void>
  /** Longer than this nobody waits for it, ms. */
  readonly limitMs: number
  readonly logger: Logger
}

const RETRY_MS = 50

/** Has something checked each time that a connection to Redis has been made, before anything else is done over it. */
export class ReturnCheck {
  readonly #parts: ReturnCheckParts
  /** Those who wait for it; undefined while there is nothing to be checked. */
  #waiting: Array<() => void> | undefined = []
  /** Of the latest check: an earlier one has nothing to say any more. */
  #number = 0
  #isOver = false

  constructor (parts: ReturnCheckParts) {
    this.#parts = parts
    parts.commands.on('close', () => { this.#waiting ??= [] })
    onEveryReady(parts.commands, () => this.#begin())
  }

  /** Resolves when nothing is to be checked any more; undefined where that is so already. Rejects with `UNAVAILABLE` when it takes too long. */
  passed (): Promise<void> | undefined {
    const waiting = this.#waiting
    return waiting === undefined ? undefined : this.#within(new Promise<void>((resolve) => { waiting.push(resolve) }))
  }

  close (): void {
    this.#isOver = true
  }

  async #within (done: Promise<void>): Promise<void> {
    const controller = new AbortController()
    const late = sleep(this.#parts.limitMs, undefined, { signal: controller.signal }).then(() => { throw unavailable('what Redis lost has not been looked for yet') })
    try {
      await Promise.race([done, late])
    } finally {
      controller.abort()
      late.catch(() => {})
    }
  }

  #begin (): void {
    this.#waiting ??= []
    const number = this.#number += 1
    this.#check().then((isDone) => {
      if (!isDone || number !== this.#number) return
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      for (const resolve of waiting) resolve()
    })
  }

  /** Tried for as long as the connection lasts: the next one is checked anew. */
  async #check (): Promise<boolean> {
    const { commands, check, logger } = this.#parts
    while (commands.status === 'ready' && !this.#isOver) {
      try {
        await check()
        return true
      } catch (err) {
        logger.debug({ err }, 'could not look for what Redis lost, will try again')
        await sleep(RETRY_MS)
      }
    }
    return false
  }
}
