import type { Keys } from './keys.ts'
import type { Script, ScriptRunner } from './script-runner.ts'

/** Requests of one caller within the running window. */
export interface WindowCount {
  readonly current: number
  /** Until the window ends, ms. */
  readonly ttl: number
}

/** KEYS: the counter. ARGV: length of a window (ms). Answer: count, ms until the window ends. */
const countScript: Script = {
  name: 'wshubCount',
  lua: `
local current = redis.call('INCR', KEYS[1])
if current == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {current, redis.call('PTTL', KEYS[1])}`
}

/** A request waits for it: without an answer within this time it is counted by its node alone. */
const LIMIT_MS = 250

/** Counts requests over all nodes, in windows that begin with a caller's first request. */
export class SharedCounter {
  readonly #runner: ScriptRunner
  readonly #keys: Keys
  readonly #isReady: () => boolean

  constructor (runner: ScriptRunner, keys: Keys, isReady: () => boolean) {
    this.#runner = runner
    this.#keys = keys
    this.#isReady = isReady
  }

  /** False while it is known that it could not count. */
  get isReady (): boolean {
    return this.#isReady()
  }

  /** Counts one more; undefined when Redis could not, or not soon enough. Never rejects. */
  async count (caller: string, windowMs: number): Promise<WindowCount | undefined> {
    const key = `${this.#keys.base(this.#keys.tagOf(caller))}r:${caller}`
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), LIMIT_MS) })
    const answer = await Promise.race([late, this.#runner.run(countScript, [key], [windowMs]).catch(() => undefined)])
    clearTimeout(timer)
    return Array.isArray(answer) ? { current: Number(answer[0]), ttl: Math.max(0, Number(answer[1])) } : undefined
  }
}
