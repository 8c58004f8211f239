const TERMINAL_PERIOD_MS = 100
const PLAIN_PERIOD_MS = 2_000
const CLEAR_LINE = '\r\x1b[K'

/** Shows how far something is: one rewritten line on a terminal, else a line every two seconds. */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #timer: NodeJS.Timeout

  constructor (stream: NodeJS.WriteStream, describe: () => string) {
    this.#stream = stream
    const [prefix, suffix] = stream.isTTY ? [CLEAR_LINE, ''] : ['', '\n']
    const show = () => stream.write(`${prefix}${describe()}${suffix}`)
    this.#timer = setInterval(show, stream.isTTY ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS)
    show()
  }

  stop (): void {
    clearInterval(this.#timer)
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE)
  }
}
