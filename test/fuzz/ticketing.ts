import { users } from './tokens.ts'

const PERIOD_MS = 1_000
const MAX_TICKETS = 100
const MORE = 3

/** Sees to it that there are tickets to make handshakes with. */
export class Ticketing {
  /** Those that nobody has used yet; they last for half a minute. */
  readonly tickets: string[] = []
  readonly #address: string
  readonly #timer: NodeJS.Timeout

  constructor (port: number) {
    this.#address = `http://127.0.0.1:${port}/ws/ticket`
    this.#timer = setInterval(() => { this.#fetchSome().catch(() => {}) }, PERIOD_MS)
  }

  stop (): void {
    clearInterval(this.#timer)
  }

  /** Where it is refused, there is none: the handshakes go on with something else. */
  async #fetchSome (): Promise<void> {
    if (this.tickets.length >= MAX_TICKETS) this.tickets.splice(0, MORE)
    const answers = await Promise.all(users.slice(0, MORE).map(async ({ token }) => {
      const response = await fetch(this.#address, { method: 'POST', headers: { authorization: `Bearer ${token}`, connection: 'close' } })
      return await response.text()
    }))
    for (const answer of answers) this.tickets.push(...[/"ticket":"([\w-]+)"/.exec(answer)?.[1] ?? []].flat())
  }
}
