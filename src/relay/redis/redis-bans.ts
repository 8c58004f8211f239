import { isRecord } from '../../guards.ts'
import type { Ban, BanList, OnBanned } from '../ban-list.ts'
import { MemoryBans } from '../memory-bans.ts'
import type { Keys } from './keys.ts'
import { parseRecord } from './parse-record.ts'
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

/** KEYS: bans. Forgets those that are over. Answer: all others, user and ban in turn. */
const listScript: Script = {
  name: 'wshubBans',
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000
local all = redis.call('HGETALL', KEYS[1])
local out = {}
for i = 1, #all, 2 do
  local ok, ban = pcall(cjson.decode, all[i + 1])
  if ok and type(ban) == 'table' and type(ban.untilMs) == 'number' and ban.untilMs > now then
    out[#out + 1] = all[i]
    out[#out + 1] = all[i + 1]
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return out`
}

/** Bans that all nodes share: kept in Redis, with a copy on every node that the door can ask without waiting. */
export class RedisBans implements BanList {
  readonly #parts: RedisBansParts
  readonly #key: string
  #local = new MemoryBans()
  #listener: OnBanned = () => {}
  /** Changes that came while the list was on its way: it may be older. */
  #changes: Array<() => void> | undefined

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
    this.#changes = []
    try {
      const answer = await this.#parts.runner.run(listScript, [this.#key], [])
      this.#replace(Array.isArray(answer) ? answer : [])
    } finally {
      const changes = this.#changes
      this.#changes = undefined
      for (const change of changes) change()
    }
  }

  /** Takes a list of users and bans in turn for all there are. */
  #replace (entries: readonly unknown[]): void {
    const known = this.#local
    this.#local = new MemoryBans()
    for (let index = 0; index < entries.length; index += 2) {
      const userId = String(entries[index])
      const ban = banOf(parseRecord(String(entries[index + 1])))
      if (ban === undefined) continue
      if (isSame(known.of(userId), ban)) this.#local.ban(userId, ban)
      else this.#take(userId, ban)
    }
  }

  /** Another node has changed a ban. */
  onFrame (text: string): void {
    const change = parseRecord(text)
    if (typeof change?.['user'] !== 'string') return
    const { user, ban } = change
    this.#apply(user, banOf(ban))
    this.#changes?.push(() => this.#apply(user, banOf(ban)))
  }

  #apply (user: string, ban: Ban | undefined): void {
    if (ban === undefined) this.#local.lift(user)
    // The node that made it has it already.
    else if (!isSame(this.of(user), ban)) this.#take(user, ban)
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

function banOf (value: unknown): Ban | undefined {
  if (!isRecord(value)) return undefined
  const { untilMs, reason } = value
  return typeof untilMs === 'number' && typeof reason === 'string' ? { untilMs, reason } : undefined
}
