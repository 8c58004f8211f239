import { once } from 'node:events'
import { closeClient, openCommands, type CommandClient } from '../../relay/redis/connect.ts'
import type { RedisTarget } from '../../relay/redis/redis-url.ts'
import { entriesOf, fieldsOf, listOf, type Entry } from './entry.ts'

/** Which stream, as which group. */
export interface ConsumerGroupOptions {
  readonly target: RedisTarget
  readonly stream: string
  readonly group: string
}

/** An entry that was handed over before. */
export interface ClaimedEntry extends Entry {
  /** How often it has been handed over, this time included. */
  readonly attempt: number
}

/** One name for all nodes: none is left behind by a node that goes, and whose an entry is shows in its sign of life. */
const CONSUMER = 'hub'

/** A group of nodes that share a stream of Redis. All calls reject while Redis is away. */
export class ConsumerGroup {
  readonly #options: ConsumerGroupOptions
  /** Waits for events most of the time: other commands would wait with it. */
  readonly #reader: CommandClient
  readonly #commands: CommandClient

  constructor (options: ConsumerGroupOptions) {
    this.#options = options
    this.#reader = openCommands(options.target)
    this.#commands = openCommands(options.target)
    // What goes wrong is told by the call that failed.
    for (const client of this.#clients) client.on('error', () => {})
  }

  /** Waits for connections, for so long at most, ms. Rejects without them. */
  async connected (withinMs: number, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
    for (const client of this.#clients) {
      if (client.status !== 'ready') await once(client, 'ready', { signal: limit })
    }
  }

  /**
   * Makes the group if there is none, and the stream with it.
   * @param after the last entry that this node knows to have been handed over: a group that is made anew goes on behind it; without it, with new entries
   * @returns the last entry that the group has been handed
   */
  async provide (after: string | undefined): Promise<string | undefined> {
    const { stream, group } = this.#options
    const isThere = await this.#commands.exists(stream) === 1
    try {
      await this.#commands.callBuffer('xgroup', 'CREATE', stream, group, isThere ? after ?? '$' : '0', 'MKSTREAM')
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error
    }
    return await this.#lastHandedOver()
  }

  /** New entries, in their order; waits for so long, ms, when there are none. */
  async read (count: number, blockMs: number): Promise<Entry[]> {
    const { stream, group } = this.#options
    const reply = await this.#reader.callBuffer('xreadgroup', 'GROUP', group, CONSUMER, 'COUNT', count, 'BLOCK', blockMs, 'STREAMS', stream, '>')
    return listOf(reply).flatMap((ofStream) => entriesOf(listOf(ofStream)[1]))
  }

  /** Takes over entries that nobody has given a sign of life of for so long, ms. */
  async claim (count: number, idleMs: number): Promise<ClaimedEntry[]> {
    const { stream, group } = this.#options
    const reply = await this.#commands.callBuffer('xautoclaim', stream, group, CONSUMER, idleMs, '0-0', 'COUNT', count)
    return await Promise.all(entriesOf(listOf(reply)[1]).map(async (entry) => ({ ...entry, attempt: await this.#attemptsOf(entry.id) })))
  }

  /** A final verdict: the entry will not come again. */
  async acknowledge (id: string): Promise<void> {
    await this.#commands.xack(this.#options.stream, this.#options.group, id)
  }

  /** A sign of life: these are in hands. */
  async keep (ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const { stream, group } = this.#options
    await this.#commands.callBuffer('xclaim', stream, group, CONSUMER, 0, ...ids, 'JUSTID')
  }

  /** The opposite: nobody has cared for these for so long, ms, so that another node takes them over at once. */
  async giveBack (ids: readonly string[], idleMs: number): Promise<void> {
    if (ids.length === 0) return
    const { stream, group } = this.#options
    await this.#commands.callBuffer('xclaim', stream, group, CONSUMER, 0, ...ids, 'IDLE', idleMs, 'JUSTID')
  }

  close (): void {
    for (const client of this.#clients) closeClient(client)
  }

  get #clients (): readonly CommandClient[] {
    return [this.#reader, this.#commands]
  }

  async #lastHandedOver (): Promise<string | undefined> {
    const { stream, group } = this.#options
    const groups = listOf(await this.#commands.callBuffer('xinfo', 'GROUPS', stream)).map((facts) => fieldsOf(listOf(facts)))
    return groups.find((facts) => facts.get('name')?.toString() === group)?.get('last-delivered-id')?.toString()
  }

  async #attemptsOf (id: string): Promise<number> {
    const { stream, group } = this.#options
    const [pending] = listOf(await this.#commands.callBuffer('xpending', stream, group, id, id, 1))
    const count = Number(listOf(pending)[3])
    return Number.isSafeInteger(count) ? Math.max(2, count) : 2
  }
}
