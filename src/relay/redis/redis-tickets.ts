import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Identity } from '../../auth/identity.ts'
import type { TicketStore } from '../ticket-store.ts'
import type { Keys } from './keys.ts'
import { parseRecord } from './parse-record.ts'
import type { Script, ScriptRunner } from './script-runner.ts'

/** KEYS: the ticket. ARGV: JSON of the identity, time to live (ms). */
const putScript: Script = {
  name: 'wshubPutTicket',
  lua: 'return redis.call(\'SET\', KEYS[1], ARGV[1], \'PX\', ARGV[2], \'NX\')'
}

/** KEYS: the ticket. Answer: the JSON of the identity, which is gone then. Redis has a command for that from 6.2 on only. */
const takeScript: Script = {
  name: 'wshubTakeTicket',
  lua: `
local identity = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return identity`
}

const PatternsSchema = Type.Optional(Type.Array(Type.String()))
const identityCheck = TypeCompiler.Compile(Type.Object({
  userId: Type.String(),
  name: Type.String(),
  roles: Type.Array(Type.String()),
  hasNumericId: Type.Optional(Type.Literal(true)),
  expiresAtMs: Type.Optional(Type.Number()),
  tokenId: Type.Optional(Type.String()),
  grants: Type.Optional(Type.Object({ join: PatternsSchema, publish: PatternsSchema }))
}))

/** Tickets that all nodes share. Redis has their hashes only: who can read them there cannot use them. */
export class RedisTickets implements TicketStore {
  readonly #runner: ScriptRunner
  readonly #keys: Keys

  constructor (runner: ScriptRunner, keys: Keys) {
    this.#runner = runner
    this.#keys = keys
  }

  async put (ticket: string, identity: Identity, ttlMs: number): Promise<void> {
    await this.#runner.run(putScript, [this.#keyOf(ticket)], [JSON.stringify(identity), Math.ceil(ttlMs)])
  }

  async take (ticket: string): Promise<Identity | undefined> {
    const answer = await this.#runner.run(takeScript, [this.#keyOf(ticket)], [])
    const record = typeof answer === 'string' ? parseRecord(answer) : undefined
    return identityCheck.Check(record) ? record : undefined
  }

  #keyOf (ticket: string): string {
    const hash = createHash('sha256').update(ticket).digest('base64url')
    return `${this.#keys.base(this.#keys.tagOf(hash))}t:${hash}`
  }
}
