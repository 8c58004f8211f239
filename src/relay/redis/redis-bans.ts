import { isRecord } from '../../guards.ts'
import type { Ban, BanList, OnBanned } from '../ban-list.ts'
import { MemoryBans } from '../memory-bans.ts'
import { frameKinds, WIRE_VERSION } from './frames.ts'
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

/** What tells a list of bans from others: where it is kept, and what its changes are on their way to all nodes. */
export interface BanListNames {
  readonly key: string
  readonly kind: string
  /** The field of a change that has the id. */
  readonly field: string
}

/** The list of users. */
export const userBans: BanListNames = { key: 'bans', kind: frameKinds.bans, field: 'user' }
/** The list of single tokens. */
export const tokenBans: BanListNames = { key: 'token-bans', kind: frameKinds.tokenBans, field: 'token' }

/** After so many bans of this node those that are over are taken out of Redis, which holds them all on one key. */
const BANS_BETWEEN_SWEEPS = 1_000

/**
 * KEYS: bans (id → JSON), the channel of all nodes. ARGV: id, JSON of the ban or '', PUBLISH or SPUBLISH, the frame for all nodes.
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

/** KEYS: bans. Forgets those that are over. Answer: all others, id and ban in turn. */
const listScript: Script = {
  name: 'wshubBans',
  lua: `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
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
  readonly #names: BanListNames
  readonly #key: string
  #made = 0
  #local = new MemoryBans()
  #listener: OnBanned = () => {}
  /** What was changed while the list was on its way, which may be older. */
  #changed: Set<string> | undefined

  constructor (parts: RedisBansParts, names: BanListNames) {
    this.#parts = parts
    this.#names = names
    this.#key = parts.keys.global(names.key)
  }

  onBanned (listener: OnBanned): void {
    this.#listener = listener
  }

  async ban (id: string, ban: Ban): Promise<void> {
    await this.#change(id, ban)
    this.#takeNew(id, ban)
    this.#made += 1
    // Where each logout is a ban the list must not grow for ever. The ban is made, whatever becomes of this.
    if (this.#made % BANS_BETWEEN_SWEEPS === 0) await this.#parts.runner.run(listScript, [this.#key], []).catch(() => {})
  }

  async lift (id: string): Promise<boolean> {
    const was = await this.#change(id, undefined)
    this.#changed?.add(id)
    return this.#local.lift(id) || was
  }

  of (id: string): Ban | undefined {
    return this.#local.of(id)
  }

  /** Reads all bans anew: some may have been missed. Rejects with `UNAVAILABLE`. One call at a time. */
  async load (): Promise<void> {
    const changed = this.#changed = new Set<string>()
    try {
      const answer = await this.#parts.runner.run(listScript, [this.#key], [])
      this.#replace(Array.isArray(answer) ? answer : [], changed)
    } finally {
      this.#changed = undefined
    }
  }

  /** Takes a list of ids and bans in turn for all there are, but for those of which something newer is known. */
  #replace (entries: readonly unknown[], changed: ReadonlySet<string>): void {
    const known = this.#local
    this.#local = new MemoryBans()
    for (const id of changed) {
      const ban = known.of(id)
      if (ban !== undefined) this.#local.ban(id, ban)
    }
    for (let index = 0; index < entries.length; index += 2) {
      const id = String(entries[index])
      const ban = banOf(parseRecord(String(entries[index + 1])))
      if (ban === undefined || changed.has(id)) continue
      if (isSame(known.of(id), ban)) this.#local.ban(id, ban)
      else this.#take(id, ban)
    }
  }

  /** Another node has changed a ban, or this one. */
  onFrame (text: string): void {
    const change = parseRecord(text)
    const id = change?.[this.#names.field]
    if (typeof id !== 'string') return
    const ban = banOf(change?.['ban'])
    this.#changed?.add(id)
    if (ban === undefined) this.#local.lift(id)
    else this.#takeNew(id, ban)
  }

  async #change (id: string, ban: Ban | undefined): Promise<boolean> {
    const { runner, allNodes, publishCommand } = this.#parts
    const { kind, field } = this.#names
    const frame = `${WIRE_VERSION}${kind}${JSON.stringify({ [field]: id, ban })}`
    const value = ban === undefined ? '' : JSON.stringify(ban)
    return Number(await runner.run(changeScript, [this.#key, allNodes], [id, value, publishCommand, frame])) === 1
  }

  /** The node that made it hears of it twice, by its own call and by the channel, in whatever order. */
  #takeNew (id: string, ban: Ban): void {
    if (!isSame(this.of(id), ban)) this.#take(id, ban)
  }

  #take (id: string, ban: Ban): void {
    this.#changed?.add(id)
    this.#local.ban(id, ban)
    this.#listener(id, ban)
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
