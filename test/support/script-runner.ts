import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { HubError } from '../../src/errors.ts'
import type { Script, ScriptArgument, ScriptRunner } from '../../src/relay/redis/script-runner.ts'
import type { Teardown } from '../helper.ts'

/**
 * What becomes of a call: it is done and answered; it is lost before it reaches Redis, or its answer is; it is held back, and is
 * done later, `late` when nobody waits for the answer any more, `overtaken` while somebody does; or there is no connection at all.
 */
export type Fate = 'answered' | 'lost' | 'answer lost' | 'late' | 'overtaken' | 'away'

/** Runs scripts on a real Redis over a connection that fails as a test wants it to. */
export class TestRunner implements ScriptRunner {
  readonly client: Redis
  /** Names of the scripts that were run. */
  readonly calls: string[] = []
  fate: Fate = 'answered'
  readonly #held: Array<() => Promise<unknown>> = []

  constructor (t: Teardown, port: number) {
    this.client = new Redis({ host: '127.0.0.1', port })
    t.teardown(() => this.client.disconnect())
  }

  get isReady (): boolean {
    return this.fate !== 'away'
  }

  async run (script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown> {
    this.calls.push(script.name)
    const { fate } = this
    if (fate === 'answered') return await this.#send(script, [...keys, ...args])
    if (fate === 'answer lost') await this.#send(script, [...keys, ...args])
    if (fate === 'overtaken') return await new Promise((resolve) => { this.#held.push(async () => resolve(await this.#send(script, [...keys, ...args]))) })
    if (fate === 'late') this.#held.push(() => this.#send(script, [...keys, ...args]))
    throw new HubError('UNAVAILABLE', fate)
  }

  /** Calls that were held back reach Redis now. */
  async sendHeld (): Promise<void> {
    for (const send of this.#held.splice(0)) await send()
  }

  /** All our scripts have one key. */
  async #send ({ lua }: Script, parts: readonly ScriptArgument[]): Promise<unknown> {
    const hash = createHash('sha1').update(lua).digest('hex')
    return await this.client.evalsha(hash, 1, ...parts).catch((error: unknown) => {
      if (!String(error).includes('NOSCRIPT')) throw error
      return this.client.eval(lua, 1, ...parts)
    })
  }
}
