import { createHash } from 'node:crypto'
import { Cluster, type Redis } from 'ioredis'

import { AnswerWatch, unavailable } from './answer-watch.ts'
import { onEveryReady, type CommandClient } from './connect.ts'
import type { Script, ScriptArgument, ScriptRunner } from './script-runner.ts'
import { slotOf } from './slot.ts'

/** Name of the only connection where there is no cluster. */
const SINGLE = 'single'
/** A cluster has not said yet who has the slot. */
export const UNKNOWN = ''

/** Runs scripts over one connection, or over one for each master of a cluster. */
export class CommandRunner implements ScriptRunner {
  readonly #client: CommandClient
  readonly #watch: AnswerWatch
  readonly #hashes = new Map<Script, string>()
  /** Scripts that have been answered over each connection. */
  readonly #loaded = new Map<string, Set<Script>>()
  #lastError = ''

  constructor (client: CommandClient, answerLimitMs: number) {
    this.#client = client
    this.#watch = new AnswerWatch(answerLimitMs, (connection) => this.#cut(connection))
    client.on('error', ({ message }: Error) => { this.#lastError = `: ${message}` })
    onEveryReady(client, () => {
      this.#lastError = ''
      this.#loaded.clear()
    })
  }

  get isReady (): boolean {
    return this.#client.status === 'ready'
  }

  async run (script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    if (!this.isReady) throw unavailable(`Redis is not connected${this.#lastError}`)
    const connection = this.#connectionOf(keys[0] ?? '')
    try {
      return await this.#watch.within(connection, this.#call(connection, script, [keys.length, ...keys, ...args]))
    } catch (error) {
      throw unavailable(`Redis: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  /** Which connection the calls about a key use: `host:port` of its master in a cluster. */
  masterOf (key: string): string {
    return this.#connectionOf(key)
  }

  /** Ends waiting calls; the connection itself belongs to somebody else. */
  close (): void {
    this.#watch.close()
  }

  /**
   * The whole script is sent until one call of it has been answered: if its hash were sent and not known, the call would be repeated
   * behind later ones, which another node's call may have made possible meanwhile.
   */
  async #call (connection: string, script: Script, parts: readonly ScriptArgument[]): Promise<unknown> {
    const loaded = this.#loaded.get(connection)
    const [keyCount, ...rest] = parts
    if (loaded?.has(script) !== true) return await this.#load(connection, script, parts)
    try {
      return await this.#client.evalsha(this.#hashOf(script), Number(keyCount), ...rest)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      // Somebody has flushed the scripts.
      loaded.delete(script)
      return await this.#load(connection, script, parts)
    }
  }

  async #load (connection: string, script: Script, [keyCount, ...rest]: readonly ScriptArgument[]): Promise<unknown> {
    const answer = await this.#client.eval(script.lua, Number(keyCount), ...rest)
    const loaded = this.#loaded.get(connection) ?? new Set()
    this.#loaded.set(connection, loaded.add(script))
    return answer
  }

  #hashOf (script: Script): string {
    const known = this.#hashes.get(script)
    if (known !== undefined) return known
    const hash = createHash('sha1').update(script.lua).digest('hex')
    this.#hashes.set(script, hash)
    return hash
  }

  #connectionOf (key: string): string {
    return this.#client instanceof Cluster ? this.#client.slots[slotOf(key)]?.[0] ?? UNKNOWN : SINGLE
  }

  /** Destroys a connection that does not answer: what it holds unsent is dropped, and it is made anew. */
  #cut (connection: string): void {
    const found: Redis | undefined = this.#client instanceof Cluster
      ? this.#client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === connection)
      : this.#client
    found?.stream?.destroy()
  }
}
