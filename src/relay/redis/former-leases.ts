/** Leases under which this node's connections were kept, and may still be. */
export class FormerLeases {
  readonly #former = new Set<string>()
  #current: string | undefined

  /** A call goes out under this lease; returns it. */
  use (leaseId: string): string {
    if (this.#current !== undefined && this.#current !== leaseId) this.#former.add(this.#current)
    this.#current = leaseId
    return leaseId
  }

  /** Those that are not in use any more. */
  list (): readonly string[] {
    return [...this.#former].filter((lease) => lease !== this.#current)
  }

  /** Nothing is left under this one. */
  forget (leaseId: string): void {
    this.#former.delete(leaseId)
  }
}
