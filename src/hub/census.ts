import type { Connection } from './connection.ts'

/** Counts of the connections here, kept up to date so that nobody has to go through all of them. */
export class Census {
  readonly #users = new Map<string, number>()
  readonly #roles = new Map<string, number>()
  readonly #addresses = new Map<string, number>()

  add (connection: Connection): void {
    this.#count(connection, 1)
  }

  remove (connection: Connection): void {
    this.#count(connection, -1)
  }

  /** Distinct users. */
  get userCount (): number {
    return this.#users.size
  }

  /** Ids of the users, in order of arrival. */
  userIds (): string[] {
    return [...this.#users.keys()]
  }

  /** Connections of one user. */
  ofUser (userId: string): number {
    return this.#users.get(userId) ?? 0
  }

  /** Connections from one address. */
  fromAddress (address: string): number {
    return this.#addresses.get(address) ?? 0
  }

  /** Connections by role; one with several roles counts in each. */
  byRole (): Record<string, number> {
    return Object.fromEntries(this.#roles)
  }

  #count ({ identity, address }: Connection, by: 1 | -1): void {
    change(this.#users, identity.userId, by)
    change(this.#addresses, address, by)
    for (const role of identity.roles) change(this.#roles, role, by)
  }
}

function change (counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
