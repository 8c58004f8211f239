import { say } from '../shared/program.ts'
import type { RideLog } from './service/parts.ts'

/** Tells who did what, and when. */
export class Story {
  readonly #beganAt = performance.now()
  /** What the service writes into its log. */
  readonly log: RideLog

  constructor () {
    const write = (fields: object, text: string): void => {
      const values = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`)
      this.tell('service', `${text} (${values.join(', ')})`)
    }
    this.log = { debug: write, info: write, error: write }
  }

  tell (who: string, what: string): void {
    const seconds = (performance.now() - this.#beganAt) / 1_000
    say(`${seconds.toFixed(2).padStart(6)} s  ${who.padEnd(9)}${what}`)
  }
}
