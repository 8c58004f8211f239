import type { LogLine } from '../helper.ts'

/** Header, claims and signature of a JWT, of which a log may hold nothing but the shortest of nonsense. */
const JWT = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/

/** The lines of a log, each looked at for secrets when it is written. */
export class KeptLogs {
  /** Every line so far, parsed. */
  readonly lines: LogLine[] = []
  readonly #secrets: readonly string[]
  readonly #leaks: string[] = []

  /** Beside tokens none of these texts may be in a line. */
  constructor (secrets: readonly string[]) {
    this.#secrets = secrets
  }

  /** Takes a line as pino writes it. */
  write (line: string): void {
    if (JWT.test(line) || this.#secrets.some((secret) => line.includes(secret))) this.#leaks.push(line)
    this.lines.push(JSON.parse(line))
  }

  /** Throws when a line held a secret, with the first ones. */
  check (): void {
    if (this.#leaks.length > 0) throw new Error(`${this.#leaks.length} lines of the log hold a token or a secret:\n${this.#leaks.slice(0, 5).join('')}`)
  }
}
