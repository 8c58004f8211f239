import { setTimeout as delay } from 'node:timers/promises'
import { eachConcurrently } from './each-concurrently.ts'
import { Member, type MemberContext } from './member.ts'
import { listOf, roomOf, type LoadPlan } from './options.ts'
import { signToken } from './token.ts'

/** Told how far a phase is. */
export type OnProgress = (phase: string, done: number, total: number) => void

const MS_PER_S = 1_000
const CLOSE_TIMEOUT_MS = 2_000

/** All connections of a run. */
export class Crowd {
  readonly members: readonly Member[]
  readonly #plan: LoadPlan
  readonly #onProgress: OnProgress

  /** @param contexts - of the members, who take them in turn */
  constructor (plan: LoadPlan, contexts: readonly [MemberContext, ...MemberContext[]], onProgress: OnProgress) {
    this.#plan = plan
    this.#onProgress = onProgress
    this.members = Array.from({ length: plan.rooms * plan.membersPerRoom }, (_, index) => {
      const context = contexts[index % contexts.length] ?? contexts[0]
      const token = tokenOf(plan, `load-${index}`)
      const url = addressOf(plan, context.wire.path, index)
      return new Member({ url, wire: context.wire, index, ...(token !== undefined && { token }) }, context)
    })
  }

  async connect (): Promise<void> {
    await this.#each('connecting', ({ client }) => client.connect())
  }

  /** Lets every member join its room. */
  async join (): Promise<void> {
    await this.#each('joining', ({ client, index }) => client.join(roomOf(this.#plan, index)))
  }

  /** Lets all arrive one after the other, spread over the plan's time: each connects and joins at once. */
  async arrive (): Promise<void> {
    const startMs = performance.now()
    const stepMs = this.#plan.arrivalSeconds * MS_PER_S / this.members.length
    await this.#each('arriving', async ({ index, client }) => {
      const earlyMs = startMs + index * stepMs - performance.now()
      if (earlyMs > 0) await delay(earlyMs)
      await client.connect()
      await client.join(roomOf(this.#plan, index))
    })
  }

  /** Closes all in order, and cuts off who is left after a while. */
  async close (): Promise<void> {
    const closed = Promise.allSettled(this.members.map(({ client }) => client.close()))
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })])
    for (const { client } of this.members) client.cut()
  }

  async #each (phase: string, task: (member: Member) => Promise<void>): Promise<void> {
    let done = 0
    this.#onProgress(phase, done, this.members.length)
    await eachConcurrently(this.members, this.#plan.concurrency, async (member) => {
      await task(member)
      this.#onProgress(phase, ++done, this.members.length)
    })
  }
}

/** The address that is a connection's turn, with the wire's own path, unless it has one. */
export function addressOf (plan: Pick<LoadPlan, 'url'>, path: string, index: number): URL {
  const urls = listOf(plan.url)
  const url = new URL(urls[index % urls.length] ?? '')
  return url.pathname === '/' && url.search === '' ? new URL(path, url) : url
}

/** The token of one user, or the one of all. */
export function tokenOf ({ token, secret, tokenRules }: LoadPlan, userId: string): string | undefined {
  return secret === undefined ? token : signToken(secret, userId, tokenRules)
}
