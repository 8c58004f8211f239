/** Somebody of the chat: one user of the service, by whatever nick at the moment. */
export interface Person {
  readonly id: string
  /** The nick at the first appearance. */
  readonly name: string
}

/** Called when somebody comes or goes. */
export type OnMove = (kind: 'join' | 'leave', person: Person, line: number) => void

/**
 * Who holds which nick, as the log goes on. Logs do not tell every coming and going, so: a nick never seen before was
 * there from the start; one seen before that nobody holds comes back when it speaks; and as a nick belongs to one
 * person at a time, whose nick is joined or taken by another had gone unnoticed.
 */
export class Cast {
  /** Everybody, in order of appearance. */
  readonly people: Person[] = []
  /** Those who are there before the first line. */
  readonly opening: Person[] = []
  readonly #onMove: OnMove
  readonly #holders = new Map<string, Person>()
  readonly #lastHolders = new Map<string, Person>()
  readonly #idUses = new Map<string, number>()

  constructor (onMove: OnMove) {
    this.#onMove = onMove
  }

  /** Those in the room now. */
  get present (): readonly Person[] {
    return [...this.#holders.values()]
  }

  join (nick: string, line: number): void {
    this.#dismiss(nick, line)
    this.#arrive(nick, line)
  }

  /** Of a nick that nobody holds: an echo of a leave already known. */
  leave (nick: string, line: number): void {
    if (!this.#lastHolders.has(nick)) this.speaker(nick, line)
    this.#dismiss(nick, line)
  }

  rename (nick: string, to: string, line: number): void {
    const person = this.speaker(nick, line)
    this.#holders.delete(nick)
    this.#dismiss(to, line)
    this.#seat(to, person)
  }

  /** The person who acts under a nick, in the room from now on if not before. */
  speaker (nick: string, line: number): Person {
    const holder = this.#holders.get(nick)
    if (holder) return holder
    if (this.#lastHolders.has(nick)) return this.#arrive(nick, line)
    const person = this.#create(nick)
    this.opening.push(person)
    return this.#seat(nick, person)
  }

  #arrive (nick: string, line: number): Person {
    const last = this.#lastHolders.get(nick)
    // Who had the nick last comes back, unless they are here under another one.
    const person = last && !this.present.includes(last) ? last : this.#create(nick)
    this.#onMove('join', person, line)
    return this.#seat(nick, person)
  }

  #dismiss (nick: string, line: number): void {
    const person = this.#holders.get(nick)
    if (!person) return
    this.#holders.delete(nick)
    this.#onMove('leave', person, line)
  }

  #seat (nick: string, person: Person): Person {
    this.#holders.set(nick, person)
    this.#lastHolders.set(nick, person)
    return person
  }

  #create (nick: string): Person {
    const uses = (this.#idUses.get(nick) ?? 0) + 1
    this.#idUses.set(nick, uses)
    // `#` is no character of a nick, so no made-up id meets a real one.
    const person = { id: uses === 1 ? nick : `${nick}#${uses}`, name: nick }
    this.people.push(person)
    return person
  }
}
