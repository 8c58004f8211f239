import { randomUUID } from 'node:crypto'
import type { ChangeBatch, ChangeLog, LoggedChange, LogOptions } from '../change-log.ts'
import { finishChangesScript, holdChangesScript, takeChangesScript } from './change-log-scripts.ts'
import type { Keys } from './keys.ts'
import { presenceChangeOf } from './presence-notice.ts'
import type { Script, ScriptArgument, ScriptRunner } from './script-runner.ts'

/** A cluster's lists are looked through in so many calls of {@link ChangeLog.take}. */
const TAKES_FOR_ALL = 4
/** `<joined|left> <users> <ms>\n<room>\n<JSON of the user>` */
const LOGGED = /^(\S+ \d+) (\d{1,15})\n([^\n]*)(\n[^]*)$/

/** The changes of many nodes, one list for each number of the names. */
export class RedisChangeLog implements ChangeLog {
  dropped = 0
  readonly #runner: ScriptRunner
  readonly #keys: Keys
  #options: LogOptions = { maxWaiting: 0, connections: false }
  /** Which list is the next to be looked into. */
  #next = 0

  constructor ({ runner, keys }: { readonly runner: ScriptRunner, readonly keys: Keys }) {
    this.#runner = runner
    this.#keys = keys
  }

  begin (options: LogOptions): void {
    this.#options = options
  }

  get withConnections (): boolean {
    return this.#options.connections
  }

  /** So many changes wait in a list at most; 0 where none are kept. */
  get maxWaiting (): number {
    return this.#options.maxWaiting
  }

  async take (limit: number, claimMs: number): Promise<ChangeBatch | undefined> {
    const { tagCount } = this.#keys
    for (let looks = Math.ceil(tagCount / TAKES_FOR_ALL); looks > 0; looks -= 1) {
      const batch = await this.#takeFrom(this.#next, limit, claimMs)
      // There may be more where this was.
      if (batch !== undefined) return batch
      this.#next = (this.#next + 1) % tagCount
    }
    return undefined
  }

  async hold ({ claim }: ChangeBatch, claimMs: number): Promise<boolean> {
    return await this.#run(holdChangesScript, tagOfClaim(claim), [claim, claimMs]) === 1
  }

  async finish ({ id, claim }: ChangeBatch): Promise<void> {
    await this.#run(finishChangesScript, tagOfClaim(claim), [id])
  }

  async #takeFrom (tag: number, limit: number, claimMs: number): Promise<ChangeBatch | undefined> {
    const claim = `${tag} ${randomUUID()}`
    const answer = await this.#run(takeChangesScript, tag, [randomUUID(), claim, limit, claimMs])
    const [dropped, id, ...lines] = Array.isArray(answer) ? answer.map(String) : []
    this.dropped += Number(dropped ?? 0)
    if (id === undefined) return undefined
    return { id, claim, changes: lines.map(changeOf).filter((change) => change !== undefined) }
  }

  #run (script: Script, tag: number, args: readonly ScriptArgument[]): Promise<unknown> {
    return this.#runner.run(script, [this.#keys.base(tag)], args)
  }
}

/** A claim begins with the number of its list. */
function tagOfClaim (claim: string): number {
  return Number.parseInt(claim, 10)
}

/** Undefined for what cannot be read, of another release perhaps. */
function changeOf (line: string): LoggedChange | undefined {
  const [, head, atMs, room = '', user] = LOGGED.exec(line) ?? []
  const change = head === undefined ? undefined : presenceChangeOf(room, `${head}${user}`)
  return change && { ...change, atMs: Number(atMs) }
}
