/** What a hub has refused or ended, and what it said about it. */
export interface Refusal {
  readonly kind: 'handshake' | 'request' | 'connection'
  /** HTTP status of a handshake, code of an `error` frame, close code of a connection. */
  readonly code: string
  /** The hub's own words; empty when it gave none. */
  readonly reason: string
}

/** The hub did not want what the load needs. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal

  constructor (message: string, refusal: Refusal) {
    super(message)
    this.refusal = refusal
  }
}
