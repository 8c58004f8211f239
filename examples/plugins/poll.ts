import type { Dish, Tally } from './lunch-events.ts'

/** Who wants what. Knows nothing of Fastify or sockets, so it is tested without them. */
export class Poll {
  readonly #votes = new Map<string, Dish>()

  /** A user's vote replaces the one before. */
  vote (userId: string, dish: Dish): void {
    this.#votes.set(userId, dish)
  }

  hasVoted (userId: string): boolean {
    return this.#votes.has(userId)
  }

  get tally (): Tally {
    const counts = { pizza: 0, ramen: 0, salad: 0 }
    for (const dish of this.#votes.values()) counts[dish] += 1
    return counts
  }
}
