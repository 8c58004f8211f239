/** A message as its sender said it. */
export interface Said {
  readonly senderId: string
  readonly line: number
  readonly text: string
  readonly action: boolean
}

/** A message as one receiver got it. */
export interface Copy {
  readonly senderId: string | undefined
  readonly content: unknown
  readonly action: boolean
}

/** One place in the room's order. */
export interface Entry {
  said?: Said
  /** Members but the sender, when it was said. */
  due: number
  copies: number
  /** The first copy, and those that differ from it: all others need not be kept. */
  first?: Copy
  readonly deviants: Copy[]
}

/** One person's time in the room, from a join to a leave; `to` is Infinity while it lasts. */
export interface Stay {
  readonly personId: string
  from: number
  to: number
  /** The `seq` of each copy, as they came. */
  readonly arrivals: number[]
}

/** Who said what, and what reached whom. A copy may come before the sender's ack: that is another connection. */
export class Ledger {
  readonly entries = new Map<number, Entry>()
  readonly stays: Stay[] = []
  messageCount = 0
  expected = 0
  received = 0
  #top = 0

  /** A stay that gets nothing until `joined`. */
  openStay (personId: string): Stay {
    const stay = { personId, from: Infinity, to: Infinity, arrivals: [] }
    this.stays.push(stay)
    return stay
  }

  /** What comes above this position is for this person. */
  joined (stay: Stay, seq: number): void {
    stay.from = seq
    this.#top = Math.max(this.#top, seq)
  }

  /** What came until now is for this person, no more. */
  left (stay: Stay): void {
    stay.to = this.#top
  }

  /** A message goes out, for so many others. Counted here, so that one never acked is a loss. */
  sent (due: number): void {
    this.messageCount++
    this.expected += due
  }

  /** The service gave a message its place. True when with that it has reached everybody. */
  acked (seq: number, said: Said, due: number): boolean {
    const entry = this.#entry(seq)
    if (entry.said) throw new Error(`seq ${seq} was already given to line ${entry.said.line}`)
    entry.said = said
    entry.due = due
    this.#top = Math.max(this.#top, seq)
    return entry.copies >= due
  }

  /** A copy arrived. True when with that its message has reached everybody. */
  arrived (stay: Stay, seq: number, copy: Copy): boolean {
    this.received++
    stay.arrivals.push(seq)
    const entry = this.#entry(seq)
    entry.copies++
    entry.first ??= copy
    if (!sameCopy(entry.first, copy)) entry.deviants.push(copy)
    return entry.said !== undefined && entry.copies === entry.due
  }

  #entry (seq: number): Entry {
    const known = this.entries.get(seq)
    if (known) return known
    const entry: Entry = { due: 0, copies: 0, deviants: [] }
    this.entries.set(seq, entry)
    return entry
  }
}

function sameCopy (a: Copy, b: Copy): boolean {
  return a.content === b.content && a.senderId === b.senderId && a.action === b.action
}
