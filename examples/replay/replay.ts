import { randomUUID } from 'node:crypto'
import type { Person } from './cast.ts'
import { InFlight } from './in-flight.ts'
import { Ledger, type Stay } from './ledger.ts'
import { Participant } from './participant.ts'
import type { MoveStep, Plan, SayStep } from './plan.ts'
import type { TokenMaker } from './tokens.ts'
import { PresenceWatch, type PresenceFindings } from './presence-watch.ts'
import { judge, type Verdict } from './verdict.ts'

/** Where to replay: the sockets' addresses, a room, and the tokens its service takes. */
export interface ReplayTarget {
  /** One or more nodes: of those who join, each goes to the next one. */
  readonly urls: readonly string[]
  readonly room: string
  readonly tokenFor: TokenMaker
  /**
   * With it, each node is asked who is in the room, before the last ones leave and after; it may take so long until it
   * has heard of what happened on another one.
   */
  readonly presenceSettleMs?: number
}

/** How a replay ended; `failure` is what stopped it early. */
export interface ReplayResult {
  readonly verdict: Verdict
  readonly messageCount: number
  readonly durationMs: number
  readonly failure: Error | undefined
  /** Undefined when nobody asked for it. */
  readonly presence: PresenceFindings | undefined
}

/** Below the 256 messages that the service keeps for a slow reader, so that none can be closed for slowness. */
const MAX_IN_FLIGHT = 128
const HANDSHAKES_AT_ONCE = 64

/**
 * One replay of a plan. Messages go out without waiting for each other; a join or a leave waits until all of them have
 * reached everybody, and is confirmed before the next one goes out: so it is certain who is to get what.
 */
export class Replay {
  readonly ledger = new Ledger()
  readonly #plan: Plan
  readonly #target: ReplayTarget
  readonly #flight = new InFlight()
  readonly #members = new Map<Person, { participant: Participant, stay: Stay }>()
  readonly #runId = randomUUID()
  #requestCount = 0
  #joinCount = 0

  constructor (plan: Plan, target: ReplayTarget) {
    this.#plan = plan
    this.#target = target
  }

  /** How many are in the room. */
  get memberCount (): number {
    return this.#members.size
  }

  async run (): Promise<ReplayResult> {
    const startedAt = performance.now()
    const { presenceSettleMs: settleMs } = this.#target
    const watch = settleMs === undefined ? undefined : new PresenceWatch({ ...this.#target, settleMs })
    try {
      await this.#runSteps(watch)
    } catch (error) {
      this.#flight.fail(error instanceof Error ? error : new Error(String(error)))
    } finally {
      for (const { participant } of this.#members.values()) participant.terminate()
      watch?.close()
    }
    const durationMs = performance.now() - startedAt
    const { messageCount } = this.ledger
    return { verdict: judge(this.ledger), messageCount, durationMs, failure: this.#flight.failure, presence: watch?.findings }
  }

  /** The last step is everybody's leave. */
  async #runSteps (watch: PresenceWatch | undefined): Promise<void> {
    const last = this.#plan.steps.at(-1)
    for (const step of this.#plan.steps) {
      if (step === last) await this.#checkPresence(watch)
      await (step.kind === 'say' ? this.#say(step) : this.#move(step))
    }
    await this.#checkPresence(watch)
  }

  async #checkPresence (watch: PresenceWatch | undefined): Promise<void> {
    if (watch === undefined) return
    await this.#flight.below(1)
    await watch.check([...this.#members.keys()].map(({ id }) => id))
  }

  async #say ({ person, line, text, action }: SayStep): Promise<void> {
    await this.#flight.below(MAX_IN_FLIGHT)
    const speaker = this.#members.get(person)
    if (!speaker) throw new Error(`line ${line}: ${person.name} speaks without being there`)
    const due = this.#members.size - 1
    this.ledger.sent(due)
    this.#flight.opened()
    speaker.participant.say(line, action ? { content: text, action } : { content: text }, (seq) => {
      this.#flight.touched()
      if (this.ledger.acked(seq, { senderId: person.id, line, text, action }, due)) this.#flight.closed()
    })
  }

  async #move ({ kind, people, line }: MoveStep): Promise<void> {
    await this.#flight.below(1)
    const move = (person: Person) => kind === 'join' ? this.#join(person, line) : this.#leave(person, line)
    for (let start = 0; start < people.length; start += HANDSHAKES_AT_ONCE) {
      await Promise.all(people.slice(start, start + HANDSHAKES_AT_ONCE).map(move))
    }
  }

  async #join (person: Person, line: number): Promise<void> {
    const { urls, room, tokenFor } = this.#target
    const url = urls[this.#joinCount++ % urls.length] ?? ''
    const token = await tokenFor(person)
    // The replay may have ended while the token was made: no connection may be left behind.
    if (this.#flight.failure) throw this.#flight.failure
    const stay = this.ledger.openStay(person.id)
    const participant = new Participant({
      url,
      room,
      token,
      name: person.name,
      nextId: () => `${this.#runId}:${++this.#requestCount}`,
      onCopy: (seq, copy) => {
        this.#flight.touched()
        if (this.ledger.arrived(stay, seq, copy)) this.#flight.closed()
      },
      onTrouble: (error) => this.#flight.fail(error)
    }, line)
    this.#members.set(person, { participant, stay })
    this.ledger.joined(stay, await participant.join())
  }

  async #leave (person: Person, line: number): Promise<void> {
    const member = this.#members.get(person)
    if (!member) throw new Error(`line ${line}: ${person.name} leaves without being there`)
    await member.participant.leave(line)
    this.ledger.left(member.stay)
    this.#members.delete(person)
  }
}
