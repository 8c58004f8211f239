import type { Notifier } from './notifier.ts'
import type { Random } from './random.ts'
import type { ResumingClient } from './resuming-client.ts'

/** What traffic is made of. */
export interface TrafficParts {
  readonly clients: readonly ResumingClient[]
  readonly notifier: Notifier
  readonly random: Random
  /** Messages a second. */
  readonly rate: number
}

const TICK_MS = 20
/** Share of the messages that go to a user. */
const NOTICE_SHARE = 0.05
/** Who has so many messages without an answer says nothing more for now. */
const MAX_UNANSWERED = 20

/** A steady stream of messages, from everybody to everywhere. */
export class Traffic {
  readonly #parts: TrafficParts
  #timer: NodeJS.Timeout | undefined
  #due = 0

  constructor (parts: TrafficParts) {
    this.#parts = parts
  }

  resume (): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS)
  }

  pause (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Two people say something in each room, as nobody is told his own words, and each user gets a note. */
  sayLastWords (): void {
    const spoken = new Map<string, number>()
    for (const client of this.#parts.clients) {
      for (const { room } of client.rooms) {
        const count = spoken.get(room) ?? 0
        if (count < 2) client.publish(room)
        spoken.set(room, count + 1)
      }
      this.#parts.notifier.notify(client.name)
    }
  }

  #tick (): void {
    const { rate } = this.#parts
    // What is behind is not made good in one go.
    this.#due = Math.min(this.#due + rate * TICK_MS / 1_000, rate)
    for (; this.#due >= 1; this.#due -= 1) this.#say()
  }

  #say (): void {
    const { clients, notifier, random } = this.#parts
    const client = random.pick(clients)
    if (!random.chance(NOTICE_SHARE)) {
      if (client.unanswered < MAX_UNANSWERED) client.publish(random.pick(client.rooms).room)
    } else if (notifier.unanswered < MAX_UNANSWERED) notifier.notify(client.name)
  }
}
