/** Least time between two of the same notice, ms: the service passes on one per second. */
const APART_MS = 1_000

/** Tells whether somebody types, as often as the service passes it on; the last state is told in any case. */
export class TypingNotices {
  readonly #tell: (isTyping: boolean) => void
  #isTyping = false
  readonly #toldAt = { true: -Infinity, false: -Infinity }
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (tell: (isTyping: boolean) => void) {
    this.#tell = tell
  }

  /** May be called at every keystroke. */
  set (isTyping: boolean): void {
    const waitMs = this.#toldAt[`${isTyping}`] + APART_MS - performance.now()
    if (isTyping === this.#isTyping && (!isTyping || waitMs > 0)) return
    clearTimeout(this.#timer)
    this.#isTyping = isTyping
    if (waitMs > 0) this.#timer = setTimeout(() => this.#say(isTyping), waitMs)
    else this.#say(isTyping)
  }

  #say (isTyping: boolean): void {
    this.#toldAt[`${isTyping}`] = performance.now()
    this.#tell(isTyping)
  }
}
