import { isRecord } from './entry.ts'
import { addressOf } from './settings.ts'

/** The service's HTTP routes, with the token that there is. */
export class Rest {
  readonly #token: () => string

  constructor (token: () => string) {
    this.#token = token
  }

  /** The answer's body. Rejects with what the service says of a refusal. */
  async ask<T> (method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const token = this.#token()
    const response = await fetch(addressOf(path), {
      method,
      cache: 'no-store',
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' })
      },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(isRecord(answer) ? `${response.status}: ${String(answer['error'])}` : `${response.status}`)
    return answer as T
  }
}
