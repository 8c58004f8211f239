import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** How something is asked for over HTTP. */
export interface JsonRequest {
  readonly method?: 'GET' | 'POST'
  readonly token: string
  /** Address of this machine to ask from. */
  readonly localAddress?: string
}

/** Asks over a connection of its own, which ends with the answer. Throws for anything but 200. */
export async function askJson (url: string, { method = 'GET', token, localAddress }: JsonRequest): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}` }
  const asked = request(url, { method, headers, agent: false, ...localAddress !== undefined && { localAddress } })
  const answered = once(asked, 'response')
  asked.end()
  const [response]: IncomingMessage[] = await answered
  if (response === undefined) throw new Error('no answer')
  const body = await text(response)
  if (response.statusCode !== 200) throw new Error(`${method} ${url}: ${response.statusCode} ${body}`)
  return Object(JSON.parse(body))
}
