import type { Member } from './member.ts'
import type { Publication } from './publication.ts'
import type { RunClock } from './run-clock.ts'
import type { Tally } from './tally.ts'

/** What publishing works with. */
export interface PublisherParts {
  readonly members: readonly Member[]
  /** In the order in which they are published, again and again. */
  readonly publications: readonly Publication[]
  readonly tally: Tally
  readonly clock: RunClock
}

/** Publishes one message after the other; what one member says at a time leaves in one write. */
export class Publisher {
  readonly #parts: PublisherParts
  #number = 0

  constructor (parts: PublisherParts) {
    this.#parts = parts
  }

  /** Publishes the next messages. */
  publish (count: number): void {
    const { clock } = this.#parts
    clock.tick()
    let frames: Buffer[] = []
    for (let left = count; left > 0; left--) {
      const { sender } = this.#next
      frames.push(this.#take())
      const isLast = left === 1 || this.#next.sender !== sender
      if (!isLast) continue
      this.#write(sender, frames)
      frames = []
    }
    clock.tick()
  }

  get #next (): Publication {
    const { publications } = this.#parts
    const publication = publications[this.#number % publications.length]
    if (publication === undefined) throw new Error('nothing to publish')
    return publication
  }

  #take (): Buffer {
    const number = this.#number
    const frame = this.#next.frame({ number, sentUs: this.#parts.clock.nowUs() })
    this.#parts.tally.sent(number)
    this.#number = number + 1
    return frame
  }

  #write (sender: number, frames: readonly Buffer[]): void {
    const [first] = frames
    const bytes = frames.length === 1 && first !== undefined ? first : Buffer.concat(frames)
    this.#parts.members[sender]?.client.write(bytes)
  }
}
