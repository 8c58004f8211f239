/** How often a new token is asked for, ms, while the old one runs out. */
const RETRY_MS = 5_000

/** What a renewal needs. */
export interface RenewalWorld {
  /** A token that is valid now; undefined where there is no other. */
  readonly freshToken: () => Promise<string | undefined>
  /** True for the one that the connection has already. */
  readonly isOld: (token: string) => boolean
  /** Hands it to the service. */
  readonly refresh: (token: string) => Promise<unknown>
  readonly onError: (error: unknown) => void
}

/** Gets a new token before the old one has expired, as often as it takes. */
export class Renewal {
  readonly #world: RenewalWorld
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of the connection; what began for an earlier one is over. */
  #generation = 0

  constructor (world: RenewalWorld) {
    this.#world = world
  }

  /** The connection is gone; the next one asks for a token of its own. */
  stop (): void {
    clearTimeout(this.#timer)
    this.#generation += 1
  }

  /** The token is about to expire. */
  start (): void {
    this.stop()
    this.#renew(this.#generation)
  }

  async #renew (generation: number): Promise<void> {
    try {
      const token = await this.#world.freshToken()
      if (token === undefined || generation !== this.#generation) return
      if (this.#world.isOld(token)) this.#renewLater(generation)
      else await this.#world.refresh(token)
    } catch (error) {
      if (generation !== this.#generation) return
      this.#world.onError(error)
      this.#renewLater(generation)
    }
  }

  /** A login service may hold on to a token until its very end. */
  #renewLater (generation: number): void {
    this.#timer = setTimeout(() => { this.#renew(generation) }, RETRY_MS)
  }
}
