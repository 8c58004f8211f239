import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Participant } from './participant.ts'
import type { TokenMaker } from './tokens.ts'

const POLL_MS = 50
/** So many missing or needless people are named. */
const SHOWN_IDS = 5
// `#` is no character of a nick: nobody in the room is called so.
const OBSERVER = { id: '#observer', name: 'observer' }

/** What the nodes said of who was in the room. */
export interface PresenceFindings {
  readonly nodes: number
  /** Answers that were compared. */
  readonly checks: number
  /** One line for each answer that was not what it should have been. */
  readonly wrong: readonly string[]
}

/** Whom to ask about which room. */
export interface PresenceTarget {
  readonly urls: readonly string[]
  readonly room: string
  readonly tokenFor: TokenMaker
  /** How long a node may take until it has heard of the last join or leave on another one. */
  readonly settleMs: number
}

/** Asks each node who is in a room, as somebody who is not in it. */
export class PresenceWatch {
  readonly #target: PresenceTarget
  readonly #wrong: string[] = []
  readonly #runId = randomUUID()
  #checks = 0
  #requestCount = 0
  #open: Participant[] = []

  constructor (target: PresenceTarget) {
    this.#target = target
  }

  get findings (): PresenceFindings {
    return { nodes: this.#target.urls.length, checks: this.#checks, wrong: this.#wrong }
  }

  /**
   * Compares what each node says with what is right, and notes the differences.
   * @throws {Error} when a node does not answer at all
   */
  async check (expected: readonly string[]): Promise<void> {
    await Promise.all(this.#target.urls.map(async (url, index) => {
      const difference = await this.#settledDifference(url, expected)
      this.#checks++
      if (difference !== undefined) this.#wrong.push(`node ${index + 1}, ${expected.length} people in the room: ${difference}`)
    }))
  }

  /** Ends connections that are still there. */
  close (): void {
    for (const observer of this.#open.splice(0)) observer.terminate()
  }

  async #settledDifference (url: string, expected: readonly string[]): Promise<string | undefined> {
    const observer = await this.#connect(url)
    const deadline = performance.now() + this.#target.settleMs
    let difference = describeDifference(await observer.members(), expected)
    while (difference !== undefined && performance.now() < deadline) {
      await delay(POLL_MS)
      difference = describeDifference(await observer.members(), expected)
    }
    observer.terminate()
    return difference
  }

  async #connect (url: string): Promise<Participant> {
    const { room, tokenFor } = this.#target
    const observer = new Participant({
      url,
      room,
      token: await tokenFor(OBSERVER),
      name: OBSERVER.name,
      nextId: () => `${this.#runId}:${++this.#requestCount}`,
      onCopy: () => { this.#wrong.push('a message reached somebody who is not in the room') },
      // Whoever waits for an answer is told as well.
      onTrouble: () => {}
    }, 0)
    this.#open.push(observer)
    await observer.connected()
    return observer
  }
}

/** Undefined when both are the same people, once each. */
function describeDifference (actual: readonly string[], expected: readonly string[]): string | undefined {
  const missing = expected.filter((id) => !actual.includes(id))
  const needless = actual.filter((id) => !expected.includes(id))
  const doubled = actual.filter((id, index) => actual.indexOf(id) < index)
  const parts = Object.entries({ missing, needless, doubled }).filter(([, ids]) => ids.length > 0).map(([what, ids]) => `${what}: ${list(ids)}`)
  return parts.length === 0 ? undefined : parts.join('; ')
}

function list (ids: readonly string[]): string {
  const more = ids.length - SHOWN_IDS
  return [...ids.slice(0, SHOWN_IDS), ...more > 0 ? [`${more} more`] : []].join(', ')
}
