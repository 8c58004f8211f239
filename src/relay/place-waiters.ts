import { HubError } from '../errors.ts'
import type { Position } from './relay-message.ts'

interface Waiter {
  readonly number: number
  readonly position: Position
  /** Ends the waiting: the place was reached, or never will be. */
  readonly wake: (isReached: boolean) => void
}

/** Those who wait until a stream has got to a place. */
export class PlaceWaiters {
  /** In the order of the places' numbers. */
  #waiters: Waiter[] = []
  #asked = 0

  get isEmpty (): boolean {
    return this.#waiters.length === 0
  }

  /** How many have waited so far. */
  get asked (): number {
    return this.#asked
  }

  /** The places that the first `asked` who came wait for, as far as they still do. */
  first (asked: number): Position[] {
    return this.#waiters.filter(({ number }) => number <= asked).map(({ position }) => position)
  }

  /** Resolves when woken with success; rejects with `UNAVAILABLE` otherwise, or after so long, ms. */
  async add (position: Position, limitMs: number): Promise<void> {
    const number = this.#asked += 1
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((waiter) => waiter.number !== number)
        reject(new HubError('UNAVAILABLE', 'the stream could not be followed in time'))
      }, limitMs)
      this.#insert({
        number,
        position,
        wake: (isReached) => {
          clearTimeout(timer)
          if (isReached) resolve()
          else reject(new HubError('UNAVAILABLE', 'the numbers of the stream have begun anew'))
        }
      })
    })
  }

  /** Wakes those at the head that are there: at every message only they are looked at. Those of another epoch are left to {@link settle}. */
  wakeHead (isAt: (position: Position) => boolean): void {
    for (let [first] = this.#waiters; first !== undefined && isAt(first.position); [first] = this.#waiters) {
      this.#waiters.shift()
      first.wake(true)
    }
  }

  /** Ends the waiting of the first `asked` who came, and of all who are there. */
  settle (asked: number, isAt: (position: Position) => boolean): void {
    const waiters = this.#waiters
    const isOver = ({ number, position }: Waiter): boolean => number <= asked || isAt(position)
    this.#waiters = waiters.filter((waiter) => !isOver(waiter))
    for (const waiter of waiters.filter(isOver)) waiter.wake(isAt(waiter.position))
  }

  /** Nearly always the last. */
  #insert (waiter: Waiter): void {
    let place = this.#waiters.length
    while (place > 0 && (this.#waiters[place - 1]?.position.seq ?? 0) > waiter.position.seq) place -= 1
    this.#waiters.splice(place, 0, waiter)
  }
}
