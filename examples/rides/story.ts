import { say } from '../shared/program.ts'

/** Tells who did what, and when. */
export class Story {
  readonly #beganAt = performance.now()

  tell (who: string, what: string): void {
    const seconds = (performance.now() - this.#beganAt) / 1_000
    say(`${seconds.toFixed(2).padStart(6)} s  ${who.padEnd(11)}${what}`)
  }
}
