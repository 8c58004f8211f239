import { createHash } from 'node:crypto'
import { Cluster, type Redis } from 'ioredis'

import { AnswerWatch, unavailable } from './answer-watch.ts'
import type { CommandClient } from './connect.ts'
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
  #lastError = ''

  constructor (client: CommandClient, answerLimitMs: number) {
    this.#client = client
    this.#watch = new AnswerWatch(answerLimitMs, (connection) => this.#cut(connection))
    client.on('error', ({ message }: Error) => { this.#lastError = `: ${message}` })
    client.on('ready', () => { this.#lastError = '' })
  }

  get isReady (): boolean {
    return this.#client.status === 'ready'
  }

  async run (script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    if (!this.isReady) throw unavailable(`Redis is not connected${this.#lastError}`)
    const call = this.#call(script, keys, args)
    try {
      return await this.#watch.within(this.#connectionOf(keys[0] ?? ''), call)
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

  async #call (script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    const parts: ScriptArgument[] = [...keys, ...args]
    try {
      return await this.#client.evalsha(this.#hashOf(script), keys.length, ...parts)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await this.#client.eval(script.lua, keys.length, ...parts)
    }
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
