import { isRecord } from '../../guards.ts'
import type { Ban, BanList, OnBanned } from '../ban-list.ts'
import { MemoryBans } from '../memory-bans.ts'
import type { Keys } from './keys.ts'
import type { Script, ScriptRunner } from './script-runner.ts'

/** What shared bans work with. */
export interface RedisBansParts {
  readonly runner: ScriptRunner
  readonly keys: Keys
  readonly publishCommand: string
  /** Channel that every node has. */
  readonly allNodes: string
}

/**
 * KEYS: bans (user → JSON), the channel of all nodes. ARGV: user, JSON of the ban or '', PUBLISH or SPUBLISH, the frame for all nodes.
 * Answer: 1 when there was a ban.
 */
const changeScript: Script = {
  name: 'wshubBan',
  lua: `
local was = redis.call('HEXISTS', KEYS[1], ARGV[1])
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
redis.call(ARGV[3], KEYS[2], ARGV[4])
return was`
}

/** KEYS: bans. ARGV: users whose bans are over. Answer: all others, user and ban in turn. */
const listScript: Script = {
  name: 'wshubBans',
  lua: `
if #ARGV > 0 then redis.call('HDEL', KEYS[1], unpack(ARGV)) end
return redis.call('HGETALL', KEYS[1])`
}

/** So many names at most go into one call. */
const MAX_FORGOTTEN = 1_000

/** Bans that all nodes share: kept in Redis, with a copy on every node that the door can ask without waiting. */
export class RedisBans implements BanList {
  readonly #parts: RedisBansParts
  readonly #key: string
  #local = new MemoryBans()
  #listener: OnBanned = () => {}
  #over: string[] = []

  constructor (parts: RedisBansParts) {
    this.#parts = parts
    this.#key = parts.keys.global('bans')
  }

  onBanned (listener: OnBanned): void {
    this.#listener = listener
  }

  async ban (userId: string, ban: Ban): Promise<void> {
    await this.#change(userId, ban)
    this.#take(userId, ban)
  }

  async lift (userId: string): Promise<boolean> {
    const was = await this.#change(userId, undefined)
    return this.#local.lift(userId) || was
  }

  of (userId: string): Ban | undefined {
    return this.#local.of(userId)
  }

  /** Reads all bans anew: after a time without Redis some may have been missed. Rejects with `UNAVAILABLE`. */
  async load (): Promise<void> {
    const forgotten = this.#over.splice(0, MAX_FORGOTTEN)
    const answer = await this.#parts.runner.run(listScript, [this.#key], forgotten)
    const entries: unknown[] = Array.isArray(answer) ? answer : []
    const known = this.#local
    this.#local = new MemoryBans()
    for (let index = 0; index < entries.length; index += 2) {
      const userId = String(entries[index])
      const ban = parseBan(String(entries[index + 1]))
      if (ban === undefined || ban.untilMs <= Date.now()) this.#over.push(userId)
      else if (isSame(known.of(userId), ban)) this.#local.ban(userId, ban)
      else this.#take(userId, ban)
    }
  }

  /** Another node has changed a ban. */
  onFrame (text: string): void {
    const change = parseJson(text)
    if (!isRecord(change) || typeof change['user'] !== 'string') return
    const ban = banOf(change['ban'])
    if (ban === undefined) this.#local.lift(change['user'])
    // The node that made it has it already.
    else if (!isSame(this.of(change['user']), ban)) this.#take(change['user'], ban)
  }

  async #change (user: string, ban: Ban | undefined): Promise<boolean> {
    const { runner, allNodes, publishCommand } = this.#parts
    const frame = `1b${JSON.stringify({ user, ban })}`
    const value = ban === undefined ? '' : JSON.stringify(ban)
    return Number(await runner.run(changeScript, [this.#key, allNodes], [user, value, publishCommand, frame])) === 1
  }

  #take (userId: string, ban: Ban): void {
    this.#local.ban(userId, ban)
    this.#listener(userId, ban)
  }
}

function isSame (one: Ban | undefined, other: Ban): boolean {
  return one?.untilMs === other.untilMs && one.reason === other.reason
}

function parseBan (text: string): Ban | undefined {
  return banOf(parseJson(text))
}

function banOf (value: unknown): Ban | undefined {
  if (!isRecord(value)) return undefined
  const { untilMs, reason } = value
  return typeof untilMs === 'number' && typeof reason === 'string' ? { untilMs, reason } : undefined
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
