import type { Settings, TokenSource } from './options.ts'

/** What a connection is made with. */
export interface Pass {
  readonly token: string | undefined
  readonly ticket: string | undefined
}

/** Where tokens come from, and which one the service has refused. */
export class Credentials {
  readonly #settings: Pick<Settings, 'token' | 'ticket'>
  #current: string | undefined
  #refused: string | undefined

  constructor (settings: Pick<Settings, 'token' | 'ticket'>) {
    this.#settings = settings
  }

  /** True where a token that was refused cannot be followed by another one. */
  get isFixed (): boolean {
    return typeof this.#settings.token !== 'function' && this.#settings.ticket === undefined
  }

  /** The token of the last connection, renewed or not. */
  get current (): string | undefined {
    return this.#current
  }

  /** What to connect with now; an empty token is none. Rejects when there is nothing. */
  async pass (): Promise<Pass> {
    const { token, ticket } = this.#settings
    const [found, pass] = await Promise.all([ticket === undefined ? valueOf(token) : undefined, ticket?.()])
    return { token: found === '' ? undefined : found, ticket: pass }
  }

  /** A token that is valid now, where they can be had anew. Rejects when there is none. */
  async fresh (): Promise<string | undefined> {
    const { token } = this.#settings
    return typeof token === 'function' ? await token() : undefined
  }

  /** A connection is made, or goes on, with this token. */
  use (token: string | undefined): void {
    this.#current = token
  }

  isRefused (token: string | undefined): boolean {
    return token !== undefined && token === this.#refused
  }

  /** The service wants another token than the current one. */
  refuse (): void {
    this.#refused = this.#current
  }

  /** The service has taken the current one. */
  accept (): void {
    this.#refused = undefined
  }
}

async function valueOf (source: string | TokenSource | undefined): Promise<string | undefined> {
  return typeof source === 'function' ? await source() : source
}
