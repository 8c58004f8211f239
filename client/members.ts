import type { Person } from './protocol.ts'

/** Somebody came or went, as a notice tells it. */
interface Notice {
  readonly person: Person
  readonly isHere: boolean
  readonly at: number
}

/** A list as the service gives it. */
export interface MemberList {
  readonly users: readonly Person[]
  readonly count: number
  /** True when there are more than it holds. */
  readonly truncated?: boolean
}

/** Who came and who went. */
export interface Changes {
  readonly joined: readonly Person[]
  readonly left: readonly Person[]
}

/** No list is waited for longer than so, ms. */
const NOTICE_MS = 60_000
const NONE: Changes = { joined: [], left: [] }

/** Who is in a room: from lists that are asked for, and notices in between. */
export class Members {
  /** How many there are, more than are listed where that is too many. */
  count = 0
  readonly #people = new Map<string, Person>()
  readonly #notices = new Map<string, Notice>()
  #isWhole = false

  get all (): readonly Person[] {
    return [...this.#people.values()]
  }

  /**
   * Takes a list; gives back who came or went since the last one. Notices that came since it was asked for may be newer. The first list tells
   * of nobody's coming, nor does one that is cut off.
   */
  list ({ users, count, truncated = false }: MemberList, askedAt = Infinity): Changes {
    const before = new Map(this.#people)
    const isComparable = this.#isWhole && !truncated
    this.#isWhole = !truncated
    this.#people.clear()
    for (const person of users) this.#people.set(person.id, person)
    this.count = count
    for (const { person, isHere, at } of this.#notices.values()) if (at >= askedAt) this.#apply(person, isHere)
    if (!isComparable) return NONE
    return { joined: this.all.filter(({ id }) => !before.has(id)), left: [...before.values()].filter(({ id }) => !this.#people.has(id)) }
  }

  /** Takes a notice. */
  note (person: Person, isHere: boolean): void {
    this.#remember(person, isHere)
    this.#apply(person, isHere)
  }

  #apply (person: Person, isHere: boolean): void {
    const wasHere = this.#people.delete(person.id)
    if (isHere) this.#people.set(person.id, person)
    if (isHere !== wasHere) this.count = Math.max(0, this.count + (isHere ? 1 : -1))
  }

  /** Oldest first, the last one of each user. */
  #remember (person: Person, isHere: boolean): void {
    const now = Date.now()
    this.#notices.delete(person.id)
    this.#notices.set(person.id, { person, isHere, at: now })
    for (const [id, { at }] of this.#notices) {
      if (at >= now - NOTICE_MS) return
      this.#notices.delete(id)
    }
  }
}
