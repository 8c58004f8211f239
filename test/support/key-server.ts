import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from '../helper.ts'

/** A server of a key set whose mood a test decides. */
export class KeyServer {
  readonly url: string
  keys: unknown[] = []
  /** Status of the next answers; `hang` for none until {@link release}. */
  mood: number | 'hang' = 200
  /** Paths asked for so far. */
  readonly requests: string[] = []
  readonly #held: ServerResponse[] = []

  constructor (server: Server, { port }: AddressInfo) {
    this.url = `http://127.0.0.1:${port}/keys`
    server.on('request', (request, response) => {
      this.requests.push(request.url ?? '')
      if (this.mood === 'hang') this.#held.push(response)
      else this.#answer(response, this.mood)
    })
  }

  /** Answers what has been left hanging, and from now on everything. */
  release (): void {
    this.mood = 200
    for (const response of this.#held.splice(0)) this.#answer(response, 200)
  }

  #answer (response: ServerResponse, status: number): void {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: this.keys }))
  }
}

/** Starts a key server; stops it with the test. */
export async function startKeyServer (t: Teardown, keys: unknown[] = []): Promise<KeyServer> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const keyServer = new KeyServer(server, address)
  keyServer.keys = keys
  return keyServer
}
