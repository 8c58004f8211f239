import { setTimeout as delay } from 'node:timers/promises'
import { assembleReport } from './assemble-report.ts'
import { Bystander } from './bystander.ts'
import { createWire, createWires } from './create-wire.ts'
import { addressOf, Crowd, tokenOf, type OnProgress } from './crowd.ts'
import { createFlow, type Flow } from './flow.ts'
import { readBusySeconds } from './machine-usage.ts'
import type { MemberContext } from './member.ts'
import { listOf, type LoadPlan } from './options.ts'
import { readUsageOf } from './process-usage.ts'
import { makePublications } from './publication.ts'
import { Publisher } from './publisher.ts'
import type { LoadReport } from './report.ts'
import { RunClock } from './run-clock.ts'
import { between, type Interval, type Snapshot } from './snapshot.ts'
import { StampFinder } from './stamp-finder.ts'
import { Tally } from './tally.ts'
import type { Wire } from './wire.ts'

const MS_PER_S = 1_000
const US_PER_S = 1_000_000
const QUIET_MS = 300
const MAX_QUIET_MS = 3_000
/** Without any arrival for so long, copies that are still due will not come any more. */
const GIVE_UP_MS = 3_000
const POLL_MS = 20
/** Of latencies; a fixed rate is slow enough for all of them. A prime, so that it meets all members in turn. */
const LATENCY_EVERY = 17

/** One load from the first handshake to the last close. */
export class LoadRun {
  readonly #plan: LoadPlan
  readonly #onProgress: OnProgress
  readonly #tally: Tally
  readonly #crowd: Crowd
  readonly #flow: Flow
  readonly #broken: Promise<never>
  #onBroken: (error: Error) => void = () => {}
  readonly #ending = new AbortController()
  /** Waits, but never longer than the run lasts. */
  readonly #wait = (ms: number): Promise<void> => delay(ms, undefined, { signal: this.#ending.signal })
  #bystander: Bystander | undefined
  #reads = 0

  constructor (plan: LoadPlan, onProgress: OnProgress) {
    const clock = new RunClock()
    const wires = createWires(plan.wire)
    this.#plan = plan
    this.#onProgress = onProgress
    this.#tally = new Tally({ ...plan, latencyEvery: plan.traffic.kind === 'rate' ? 1 : LATENCY_EVERY }, clock)
    this.#broken = new Promise((_resolve, reject) => { this.#onBroken = reject })
    this.#broken.catch(() => {})
    const common = { clock, tally: this.#tally, onRead: () => this.#onRead(), onBroken: this.#onBroken }
    // In the frames of one wire the stamp is always at the same place.
    const contextOf = (wire: Wire): MemberContext => ({ ...common, wire, stamps: new StampFinder() })
    const [first, ...others] = wires
    this.#crowd = new Crowd(plan, [contextOf(first), ...others.map(contextOf)], onProgress)
    const publications = makePublications(plan, wires)
    const publisher = new Publisher({ members: this.#crowd.members, publications, tally: this.#tally, clock })
    this.#flow = createFlow(plan.traffic, publisher, this.#tally)
  }

  /** Rejects when a connection ends before its time, and with the reason of the signal. */
  async measure (signal?: AbortSignal): Promise<LoadReport> {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', () => this.#onBroken(signal.reason), { once: true })
    return await Promise.race([this.#broken, this.#measure()])
  }

  async close (): Promise<void> {
    this.#ending.abort()
    this.#flow.stop()
    await Promise.all([this.#bystander?.close(), this.#crowd.close()])
  }

  async #measure (): Promise<LoadReport> {
    const before = this.#snapshot()
    await this.#startBystander()
    const handshakes = await this.#arrive()
    await this.#quiet()
    const pingWhileArrivingMs = await this.#bystander?.take()
    this.#flow.start()
    await this.#pass('warming up', this.#plan.warmUpSeconds)
    await this.#bystander?.take()
    const measured = await this.#interval()
    const pingMs = await this.#bystander?.take()
    const after = this.#snapshot()
    this.#flow.stop()
    await this.#drain()
    const known = { plan: this.#plan, tally: this.#tally, maxLagMs: this.#flow.maxLagMs }
    return assembleReport({ ...known, before, after, handshakes, measured, pingWhileArrivingMs, pingMs })
  }

  async #startBystander (): Promise<void> {
    const { bystander, wire } = this.#plan
    if (!bystander) return
    const url = addressOf(this.#plan, createWire(wire).path, 0).href
    this.#bystander = await Bystander.start({ url, wire, token: tokenOf(this.#plan, 'bystander') }, this.#onBroken)
  }

  /** Returns what the handshakes took, unless they were spread over time. */
  async #arrive (): Promise<Interval | undefined> {
    if (this.#plan.arrivalSeconds > 0) {
      await this.#crowd.arrive()
      return undefined
    }
    const before = this.#snapshot()
    await this.#crowd.connect()
    const handshakes = between(before, this.#snapshot())
    await this.#crowd.join()
    return handshakes
  }

  async #interval (): Promise<Interval> {
    this.#tally.latencies.clear()
    const from = this.#snapshot()
    await this.#pass('measuring', this.#plan.seconds)
    return between(from, this.#snapshot())
  }

  async #pass (phase: string, seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.#onProgress(phase, passed, seconds)
      await this.#wait(Math.min(1, seconds - passed) * MS_PER_S)
    }
  }

  /** Waits until nothing has arrived for a while: the notices of arrivals are through. Some hubs' own pings never end. */
  async #quiet (): Promise<void> {
    let seen = -1
    for (let waitedMs = 0; seen !== this.#reads && waitedMs < MAX_QUIET_MS; waitedMs += QUIET_MS) {
      seen = this.#reads
      await this.#wait(QUIET_MS)
    }
  }

  /** Waits for what is still under way, as long as anything arrives at all. */
  async #drain (): Promise<void> {
    for (let seen = -1; seen !== this.#reads && this.#tally.inFlight > 0;) {
      seen = this.#reads
      for (let waitedMs = 0; waitedMs < GIVE_UP_MS && this.#tally.inFlight > 0; waitedMs += POLL_MS) await this.#wait(POLL_MS)
    }
  }

  #onRead (): void {
    this.#reads += 1
    this.#flow.onRead()
  }

  #snapshot (): Snapshot {
    const { user, system } = process.cpuUsage()
    const { deliveries, deliveredBytes, completed } = this.#tally
    const { serverPid } = this.#plan
    const usage = serverPid === undefined ? undefined : readUsageOf(listOf(serverPid))
    return { atMs: performance.now(), deliveries, deliveredBytes, completed, ownCpuSeconds: (user + system) / US_PER_S, usage, busySeconds: readBusySeconds() }
  }
}
