import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { BanList } from '../relay/ban-list.ts'
import { missingNodes, type Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { banText, makeBan, type Disconnected } from './moderation.ts'
import { banTokenQuestion } from './questions/ban-token.ts'

/** How a token is banned. */
export interface TokenBanOptions {
  /** Seconds, at most ten years: as long as the token would be good, which it alone says. */
  readonly banFor: number
  /** For whoever still has the token; the close frame holds as much of it as fits. */
  readonly reason?: string
}

/** What banning tokens works with. */
export interface TokensParts {
  readonly cluster: Cluster
  readonly bans: BanList
  /** The connections of this node. */
  readonly connections: () => Iterable<Connection>
  readonly logger: Logger
}

/** Single tokens, by the ids that they carry (`jti`): of a device that was lost, of a session that was logged out. Their users may come by others. */
export class Tokens {
  readonly #parts: TokensParts

  constructor (parts: TokensParts) {
    this.#parts = parts
    const { cluster, bans, logger } = parts
    cluster.answer(banTokenQuestion, ({ token, reason }) => this.#close(token, reason))
    bans.onBanned((tokenId, ban) => {
      const closed = this.#close(tokenId, banText(ban))
      logger.info({ token_id: tokenId, until: new Date(ban.untilMs).toISOString(), closed }, 'token banned')
    })
  }

  /**
   * Closes the connections whose newest token it is, on all nodes, and refuses the token and its tickets until the ban ends. Rejects with
   * `INVALID_PAYLOAD`, or with `UNAVAILABLE` when the ban could not be confirmed.
   */
  async ban (tokenId: string, { banFor, reason }: TokenBanOptions): Promise<Disconnected> {
    if (tokenId === '') throw new HubError('INVALID_PAYLOAD', 'tokenId: expected the id of a token')
    const { cluster, bans } = this.#parts
    const ban = makeBan(banFor, reason)
    // Asked first, so that the connections are counted before each node closes them by itself.
    const asked = cluster.ask(banTokenQuestion, { token: tokenId, reason: banText(ban) })
    const [{ answers, missing }] = await Promise.all([asked, bans.ban(tokenId, ban)])
    return { closed: answers.reduce((total, { answer }) => total + answer, 0), ...missingNodes(missing) }
  }

  /** Lets a token count again; false when there was no ban. Rejects with `UNAVAILABLE`. */
  async unban (tokenId: string): Promise<boolean> {
    return await this.#parts.bans.lift(tokenId)
  }

  /** They are looked for one by one: a list by token would cost every connection something, and a ban is rare. */
  #close (tokenId: string, reason: string): number {
    const meant = [...this.#parts.connections()].filter(({ identity }) => identity.tokenId === tokenId)
    for (const connection of meant) connection.close({ code: closeCodes.forbidden.code, reason })
    return meant.length
  }
}
