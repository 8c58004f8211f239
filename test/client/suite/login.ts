import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tokenFor, type Claims, type Teardown } from '../../helper.ts'
import type { FaultNode } from '../../faults/fault-node.ts'

/** A login service as pages and programs ask it for tokens. */
export class Login {
  readonly #address: string
  /** How often each user has asked. */
  readonly asked = new Map<string, number>()
  /** How long the tokens of a user live, seconds (an hour). */
  readonly lifetimes = new Map<string, number>()
  /** Users who get no token now. */
  readonly down = new Set<string>()
  /** Further claims in the tokens of a user. */
  readonly claims = new Map<string, Claims>()
  /** What users get first: a text as it is, a token of so many seconds, the last one again. */
  readonly before = new Map<string, Array<string | number>>()
  readonly #last = new Map<string, string>()

  constructor (address: string) {
    this.#address = address
  }

  /** Where a user's program gets a token. */
  tokensOf (user: string): string {
    return `${this.#address}/token/${user}`
  }

  /** Where a user's program gets a ticket for a service. */
  ticketsOf (user: string, node: FaultNode): string {
    return `${this.#address}/ticket/${user}?of=${node.address}`
  }

  /** Undefined where there is none for the user. */
  async answer (url: URL): Promise<string | undefined> {
    const [, kind, user = ''] = url.pathname.split('/')
    this.asked.set(user, (this.asked.get(user) ?? 0) + 1)
    if (this.down.has(user)) return undefined
    const token = await this.#tokenOf(user, this.before.get(user)?.shift() ?? this.lifetimes.get(user) ?? 3_600)
    this.#last.set(user, token)
    return kind === 'token' ? token : await ticketFor(url.searchParams.get('of') ?? '', token)
  }

  async #tokenOf (user: string, what: string | number): Promise<string> {
    if (what === 'again') return this.#last.get(user) ?? ''
    if (typeof what === 'string') return what
    return await tokenFor({ sub: user, name: user, ...this.claims.get(user), exp: Math.ceil(Date.now() / 1_000) + what })
  }
}

async function ticketFor (address: string, token: string): Promise<string | undefined> {
  const answer = await fetch(`${address}/ws/ticket`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  return answer.ok ? (await answer.json() as { ticket: string }).ticket : undefined
}

/** Starts it; ends it with the test. */
export async function startLogin (t: Teardown): Promise<Login> {
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    login.answer(new URL(request.url ?? '/', 'http://login')).catch(() => undefined).then((text) => {
      response.writeHead(text === undefined ? 503 : 200).end(text)
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const login = new Login(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return login
}
