import { timestamp } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { attempt, type MaybePromise } from '../maybe-promise.ts'
import { HUB_ROOM, type PresenceStore, type RoomSize } from '../relay/presence-store.ts'
import type { Census } from './census.ts'
import { missingNodes, type Cluster, type Gathered } from './cluster.ts'
import type { HubCounts, HubStats, Scope } from './hub-stats.ts'
import { reportQuestion, type Report } from './questions/report.ts'

/** The node that counts. */
export interface CountedNode {
  readonly nodeId: string
  readonly size: number
  readonly roomCount: number
  readonly census: Census
  readonly messages: { readonly in: number, readonly out: number }
}

/** What counts are made of. */
export interface CountsParts {
  readonly node: CountedNode
  readonly presence: PresenceStore
  readonly cluster: Cluster
  readonly logger: Logger
}

/** How many there are, over all nodes. What cannot be learned is left out or replaced by what this node knows: nothing here rejects. */
export class Counts {
  readonly #node: CountedNode
  readonly #presence: PresenceStore
  readonly #cluster: Cluster
  readonly #logger: Logger
  /** However many want to know at a time, the nodes are asked once. */
  #asked: Promise<Gathered<Report>> | undefined

  constructor ({ node, presence, cluster, logger }: CountsParts) {
    this.#node = node
    this.#presence = presence
    this.#cluster = cluster
    this.#logger = logger
    cluster.answer(reportQuestion, () => this.#report())
  }

  /** What is going on, for administrators. */
  async stats (scope: Scope): Promise<HubStats> {
    const [{ answers, missing }, { users }, rooms] = await Promise.all([
      this.#reports(scope), this.#online(scope), scope === 'node' ? this.#node.roomCount : this.#roomCount()
    ])
    const reports = answers.map(({ answer }) => answer)
    return {
      ...countsOf(reports, users, missing),
      total_rooms: rooms,
      nodes: answers.map(({ node, answer: { clients, rooms, uptime_s: uptime } }) => ({ id: node, clients, rooms, uptime_s: uptime })),
      uptime_s: answers[0]?.answer.uptime_s ?? 0,
      messages: { in: sum(reports.map(({ messages }) => messages.in)), out: sum(reports.map(({ messages }) => messages.out)) },
      timestamp: timestamp()
    }
  }

  /** How many connections and users there are. */
  async counts (scope: Scope): Promise<HubCounts> {
    const [{ answers, missing }, { users }] = await Promise.all([this.#reports(scope), this.#online(scope)])
    return countsOf(answers.map(({ answer }) => answer), users, missing)
  }

  /** How many connections and users there are on all nodes, without asking them. */
  async online (): Promise<RoomSize> {
    return await this.#online('cluster')
  }

  /** This node first. Its own report needs no asking, and is there also when nobody can be asked. */
  async #reports (scope: Scope): Promise<Gathered<Report>> {
    const { nodeId } = this.#node
    const { answers, missing } = scope === 'node' ? { answers: [], missing: [] } : await this.#ask()
    const others = answers.filter(({ node }) => node !== nodeId).sort((a, b) => a.node < b.node ? -1 : 1)
    return { answers: [{ node: nodeId, answer: this.#report() }, ...others], missing: missing.filter((node) => node !== nodeId) }
  }

  #ask (): Promise<Gathered<Report>> {
    this.#asked ??= this.#cluster.ask(reportQuestion, {}).finally(() => { this.#asked = undefined })
    return this.#asked
  }

  #report (): Report {
    const { size, roomCount, census, messages } = this.#node
    return { clients: size, rooms: roomCount, uptime_s: process.uptime(), by_role: census.byRole(), messages: { ...messages } }
  }

  #online (scope: Scope): MaybePromise<RoomSize> {
    const here = { users: this.#node.census.userCount, connections: this.#node.size }
    return scope === 'node' ? here : this.#known(() => this.#presence.size(HUB_ROOM), here)
  }

  #roomCount (): MaybePromise<number> {
    return this.#known(() => this.#presence.roomCount(), this.#node.roomCount)
  }

  /** What the store of presence says, or else what this node knows by itself. */
  #known<T> (ask: () => MaybePromise<T>, here: T): MaybePromise<T> {
    return attempt(ask, (err) => {
      this.#logger.debug({ err }, 'counted this node alone')
      return here
    })
  }
}

function countsOf (reports: readonly Report[], users: number, missing: readonly string[]): HubCounts {
  return {
    total_clients: sum(reports.map(({ clients }) => clients)),
    online_users: users,
    by_role: sumByRole(reports),
    ...missingNodes(missing)
  }
}

function sumByRole (reports: readonly Report[]): Record<string, number> {
  const roles = new Map<string, number>()
  for (const [role, count] of reports.flatMap(({ by_role: byRole }) => Object.entries(byRole))) roles.set(role, (roles.get(role) ?? 0) + count)
  return Object.fromEntries(roles)
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
