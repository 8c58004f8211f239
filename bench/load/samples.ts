/** How a series of measured times is distributed, milliseconds. */
export interface Distribution {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

const CAPACITY = 1 << 20
const US_PER_MS = 1_000

/**
 * Measured times in bounded memory. All are kept while they fit; after that every second one is dropped and only every
 * second one taken, so that what is kept stays an even selection. The largest is always known.
 */
export class Samples {
  readonly #values: Uint32Array
  #length = 0
  #stride = 1
  #untilNext = 1
  #max = 0

  constructor (capacity = CAPACITY) {
    this.#values = new Uint32Array(capacity)
  }

  /** Takes a time in microseconds. */
  add (us: number): void {
    if (us > this.#max) this.#max = us
    this.#untilNext -= 1
    if (this.#untilNext > 0) return
    this.#untilNext = this.#stride
    if (this.#length === this.#values.length) this.#thinOut()
    this.#values[this.#length++] = us
  }

  /** Forgets everything. */
  clear (): void {
    this.#length = 0
    this.#stride = 1
    this.#untilNext = 1
    this.#max = 0
  }

  /** The distribution so far; undefined when nothing was measured. */
  distribution (): Distribution | undefined {
    if (this.#length === 0) return undefined
    const sorted = this.#values.slice(0, this.#length).sort()
    const at = (fraction: number) => percentile(sorted, fraction) / US_PER_MS
    return { count: this.#length, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: this.#max / US_PER_MS }
  }

  #thinOut (): void {
    this.#length = Math.floor(this.#length / 2)
    for (let index = 0; index < this.#length; index++) this.#values[index] = this.#values[index * 2] ?? 0
    this.#stride *= 2
    this.#untilNext = this.#stride
  }
}

/** The smallest value that at least this fraction of all values does not exceed (nearest rank). */
export function percentile (sorted: ArrayLike<number>, fraction: number): number {
  const rank = Math.max(1, Math.ceil(fraction * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle. */
export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  return (low + high) / 2
}
