import { randomName } from './environment.ts'
import type { Message } from './protocol.ts'

/** How many of the ids that an application has chosen are kept in mind. */
const MOST_CHOSEN = 1_000

/** The ids under which this client says something: what it said comes back with a replay, and is no news. */
export class OwnIds {
  readonly #prefix = `${randomName()}-`
  #count = 0
  /** Chosen by the application, the oldest first. */
  readonly #chosen = new Set<string>()
  /** Whom the client has been; a guest is somebody else on each connection. */
  readonly #users = new Set<string>()

  next (): string {
    this.#count += 1
    return `${this.#prefix}${this.#count}`
  }

  /** Notes an id that is used. */
  add (id: string): void {
    if (id.startsWith(this.#prefix)) return
    this.#chosen.delete(id)
    this.#chosen.add(id)
    const [oldest] = this.#chosen
    if (this.#chosen.size > MOST_CHOSEN && oldest !== undefined) this.#chosen.delete(oldest)
  }

  addUser (id: string): void {
    this.#users.add(id)
  }

  /** True for what this client said itself. Ids are seen by others: only with the right sender do they count. */
  isOwn ({ id, sender }: Message): boolean {
    if (id === undefined || sender === undefined || !this.#users.has(sender.id)) return false
    return id.startsWith(this.#prefix) || this.#chosen.has(id)
  }
}
