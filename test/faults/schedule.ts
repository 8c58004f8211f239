import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../helper.ts'
import type { Verdict } from './account.ts'
import { faults, type FaultName } from './faults.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** How a run goes. */
export interface ScheduleOptions {
  readonly random: Random
  /** Undisturbed traffic before the first fault, ms. */
  readonly warmUpMs?: number
  /** Traffic after a fault until everybody has to catch up, ms at least and at most. */
  readonly afterMs?: readonly [number, number]
  /** How long catching up may take, ms. */
  readonly settleLimitMs?: number
  /** Told what begins. */
  readonly say?: (line: string) => void
}

const CHECK_MS = 20
const MAX_TOLD = 10

/** Lets one fault after another befall a world under traffic, and waits each time until everybody has everything. */
export class Schedule {
  /** How often each fault happened. */
  readonly happened = new Map<FaultName, number>()
  /** How often somebody was told that something is missing, by `recovered: false` or `gap`, after which fault. */
  readonly notices = new Map<FaultName, number>()
  readonly #world: World
  readonly #options: Required<ScheduleOptions>

  constructor (world: World, { random, warmUpMs = 1_000, afterMs = [300, 1_200], settleLimitMs = 45_000, say = () => {} }: ScheduleOptions) {
    this.#world = world
    this.#options = { random, warmUpMs, afterMs, settleLimitMs, say }
  }

  /** Traffic without any fault. */
  async warmUp (): Promise<void> {
    this.#world.traffic.resume()
    await pause(this.#options.warmUpMs)
    await this.#settle('the warm-up')
  }

  /**
   * Each of the faults once, in an order by chance.
   * @throws {Error} when somebody does not catch up; the message says who lacks what
   */
  async round (names: readonly FaultName[]): Promise<void> {
    for (const name of this.#options.random.shuffle(names)) await this.befall(name)
  }

  /** One fault; see {@link round}. */
  async befall (name: FaultName): Promise<void> {
    const { random, say, afterMs: [least, most] } = this.#options
    const { traffic, checker } = this.#world
    const before = noticesIn(checker.verdict())
    traffic.resume()
    await pause(random.integer(least, most))
    checker.findings.during = name
    say(`${name} …`)
    await faults[name](this.#world, random)
    this.happened.set(name, (this.happened.get(name) ?? 0) + 1)
    await pause(random.integer(least, most))
    const pausedAt = performance.now()
    await this.#settle(name)
    const told = noticesIn(checker.verdict()) - before
    if (told > 0) this.notices.set(name, (this.notices.get(name) ?? 0) + told)
    say(`${name}: all had everything after ${Math.round(performance.now() - pausedAt)} ms`)
  }

  /** Brings everybody to the top and judges the run; throws as {@link round} does. */
  async finish (): Promise<Verdict> {
    const { nodes, traffic, checker } = this.#world
    await Promise.all(nodes.map((node) => node.whenReady()))
    await this.#settle('the run')
    traffic.sayLastWords()
    await this.#settle('the last words')
    return checker.finish()
  }

  async #settle (after: string): Promise<void> {
    const { traffic, checker } = this.#world
    traffic.pause()
    const limit = performance.now() + this.#options.settleLimitMs
    const isQuiet = (): boolean => this.#isSettled() && checker.outstanding === 0 && checker.behind().length === 0
    await until(() => isQuiet() || performance.now() > limit, CHECK_MS)
    if (!isQuiet()) throw new Error(`not back after ${after}: ${this.#whatIsMissing().join('; ')}`)
  }

  #isSettled (): boolean {
    const { clients, notifier } = this.#world
    return notifier.unanswered === 0 && clients.every(({ isSettled }) => isSettled)
  }

  #whatIsMissing (): string[] {
    const { clients, checker, notifier } = this.#world
    const unsettled = clients.filter(({ isSettled }) => !isSettled).map(({ name, unanswered }) => `${name} is not settled, ${unanswered} unanswered`)
    const { texts } = checker.verdict()
    return [`${checker.outstanding} outstanding, ${notifier.unanswered} of them notes`, ...[...unsettled, ...checker.behind()].slice(0, MAX_TOLD), ...texts.slice(0, MAX_TOLD)]
  }
}

function noticesIn ({ resumedFalse, gaps }: Verdict): number {
  return resumedFalse + gaps
}
