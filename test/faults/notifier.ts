import { setTimeout as pause } from 'node:timers/promises'
import { tokenFor } from '../helper.ts'
import type { Checker } from './checker.ts'
import type { Random } from './random.ts'
import { readAnswer } from './requests.ts'

const SENDER = 'notifier'
const ANSWER_LIMIT_MS = 3_000
const RETRY_MS = { min: 50, max: 400 }

/** What a notifier works with. */
export interface NotifierParts {
  readonly addresses: readonly string[]
  readonly checker: Checker
  readonly random: Random
}

/** A backend that tells users something over REST, and repeats it with the same id until it has an answer. */
export class Notifier {
  readonly #parts: NotifierParts
  #token: string | undefined
  #isStopped = false
  /** Notifications without an answer. */
  unanswered = 0

  constructor (parts: NotifierParts) {
    this.#parts = parts
  }

  stop (): void {
    this.#isStopped = true
  }

  /** Tells a user something, now or as soon as a node takes it. */
  notify (user: string): void {
    const { checker, random } = this.#parts
    const topic = `user:${user}`
    const content = `for ${user}: ${random.next()}`
    const id = checker.sends({ sender: SENDER, topic, content })
    const body = JSON.stringify({ id, type: 'note', payload: { content }, target: { users: [user] } })
    this.unanswered += 1
    this.#repeat(() => this.#post(topic, id, body)).finally(() => { this.unanswered -= 1 })
  }

  async #repeat (attempt: () => Promise<boolean>): Promise<void> {
    const { random } = this.#parts
    while (!this.#isStopped && !await attempt()) await pause(random.integer(RETRY_MS.min, RETRY_MS.max))
  }

  /** True when there is an answer that settles it. */
  async #post (topic: string, id: string, body: string): Promise<boolean> {
    const { addresses, random, checker } = this.#parts
    this.#token ??= await tokenFor({ sub: SENDER, role: 'admin', exp: Math.floor(Date.now() / 1000) + 86_400 })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` }
    try {
      const response = await fetch(`${random.pick(addresses)}/ws/broadcast`, { method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
      const answer: unknown = await response.json()
      const position = readAnswer(answer)
      if (response.status >= 500 || (response.ok && position === undefined)) return false
      if (position !== undefined) checker.ack(topic, id, { epoch: position.epoch, seq: position.seq }, Object(answer).duplicate === true)
      else checker.refuse(topic, id, true)
      return true
    } catch {
      return false
    }
  }
}
