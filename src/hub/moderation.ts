import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Ban, BanList } from '../relay/ban-list.ts'
import { missingNodes, type Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { disconnectQuestion } from './questions/disconnect.ts'
import { topicsOf, type Target } from './targets.ts'
import { userTopic, type TopicName } from './topics.ts'

/** How connections are closed. */
export interface DisconnectOptions {
  /** Close code that an application may send: 1000, 1008, 1011 to 1014, or 3000 to 4999. Without it 4004, with a ban 4003. */
  readonly code?: number
  /** Sent with the code, as far as its first 123 bytes. */
  readonly reason?: string
  /** For so many seconds, at most ten years, the users of the target may not come back. */
  readonly banFor?: number
}

/** What came of it. */
export interface Disconnected {
  /** Connections closed, on all nodes. */
  readonly closed: number
  /** Nodes that did not say in time how many they closed. */
  readonly missing_nodes?: readonly string[]
}

/** What moderation works with. */
export interface ModerationParts {
  readonly cluster: Cluster
  readonly bans: BanList
  /** The connections of this node that are on any of the topics. */
  readonly audience: (topics: readonly TopicName[]) => Iterable<Connection>
  readonly logger: Logger
}

/** Longest ban, seconds. */
export const MAX_BAN_S = 10 * 365 * 24 * 60 * 60
/** Longest reason of a close frame, bytes (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123

/** Puts users out and keeps them out, on all nodes. */
export class Moderation {
  readonly #parts: ModerationParts

  constructor (parts: ModerationParts) {
    this.#parts = parts
    parts.cluster.answer(disconnectQuestion, ({ topics, code, reason }) => this.#close(topics, code, reason))
    parts.bans.onBanned((userId, ban) => {
      const closed = this.#close([userTopic(userId)], closeCodes.forbidden.code, banText(ban))
      parts.logger.info({ user_id: userId, until: new Date(ban.untilMs).toISOString(), closed }, 'user banned')
    })
  }

  /** Closes the connections of a target, and bans its users when asked to. Rejects with `INVALID_PAYLOAD`, or `UNAVAILABLE` for a ban. */
  async disconnect (target: Target, { code, reason, banFor }: DisconnectOptions): Promise<Disconnected> {
    if (code !== undefined && !isCloseCode(code)) throw new HubError('INVALID_PAYLOAD', `code: expected a close code that may be sent, got ${code}`)
    const ban = banFor === undefined ? undefined : makeBanOf(target, banFor, reason)
    const question = ban === undefined
      ? { topics: topicsOf(target), code: code ?? closeCodes.disconnected.code, reason: cut(reason ?? closeCodes.disconnected.reason) }
      : { topics: topicsOf(target), code: code ?? closeCodes.forbidden.code, reason: banText(ban) }
    // Asked first, so that the connections are counted before each node closes those of a banned user by itself.
    const asked = this.#parts.cluster.ask(disconnectQuestion, question)
    const [{ answers, missing }] = await Promise.all([asked, this.#ban(target, ban)])
    return { closed: answers.reduce((total, { answer }) => total + answer, 0), ...missingNodes(missing) }
  }

  /** Lets a user in again; false when there was no ban. Rejects with `UNAVAILABLE`. */
  async unban (userId: string): Promise<boolean> {
    return await this.#parts.bans.lift(userId)
  }

  async #ban ({ users = [] }: Target, ban: Ban | undefined): Promise<void> {
    if (ban !== undefined) await Promise.all(users.map(async (user) => { await this.#parts.bans.ban(user, ban) }))
  }

  #close (topics: readonly TopicName[], code: number, reason: string): number {
    const connections = [...this.#parts.audience(topics)]
    for (const connection of connections) connection.close({ code, reason })
    return connections.length
  }
}

/** What a banned user is told, as far as it fits into a close frame. */
export function banText ({ untilMs, reason }: Ban): string {
  const until = `banned until ${new Date(untilMs).toISOString()}`
  return cut(reason === '' ? until : `${until}: ${reason}`)
}

function makeBanOf ({ users = [] }: Target, banForS: number, reason?: string): Ban {
  if (users.length === 0) throw new HubError('INVALID_PAYLOAD', 'banFor: expected users in the target')
  return makeBan(banForS, reason)
}

/** A ban from now on. Throws `INVALID_PAYLOAD`. */
export function makeBan (banForS: number, reason = ''): Ban {
  if (!(banForS > 0 && banForS <= MAX_BAN_S)) throw new HubError('INVALID_PAYLOAD', `banFor: expected seconds above 0 and up to ${MAX_BAN_S}, got ${banForS}`)
  return { untilMs: Date.now() + Math.ceil(banForS * 1_000), reason }
}

/** The codes that RFC 6455 and its registry leave to applications; ws refuses to send others. */
function isCloseCode (code: number): boolean {
  if (!Number.isInteger(code)) return false
  return code === 1000 || code === 1008 || (code >= 1011 && code <= 1014) || (code >= 3000 && code <= 4999)
}

/** As much of a text as fits, without half a character at its end. */
function cut (reason: string): string {
  const bytes = Buffer.from(reason)
  if (bytes.length <= MAX_REASON_BYTES) return bytes.toString()
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES), { stream: true })
}
