import { createServer, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Teardown } from '../helper.ts'
import type { SelfSigned } from './self-signed.ts'

/** What a proxy does otherwise than it should. */
export interface Quirks {
  /** Answers for itself, where this gives an answer, instead of asking the service. */
  readonly answer?: (path: string) => { status: number, headers?: OutgoingHttpHeaders, body?: string } | undefined
  /** Passes handshakes on as plain requests. */
  readonly dropsUpgrade?: boolean
  /** Headers, in lower case, that it keeps to itself: of requests, and of answers to handshakes. */
  readonly dropsOfRequests?: readonly string[]
  readonly dropsOfAnswers?: readonly string[]
  /** What becomes of bytes that go to a client once it is connected (the how manieth); undefined cuts the connection. */
  readonly down?: (chunk: Buffer, connection: number) => Buffer | undefined
  /** How long it holds back what goes to the first client that is connected, ms. */
  readonly holdMs?: number
  /** Silence after which it cuts a connection, ms. */
  readonly idleMs?: number
  /** Speaks TLS to clients. */
  readonly certificate?: SelfSigned
}

/** Starts an HTTP proxy with these quirks, which deals out handshakes to the services in turn; ends with the test. Returns the address of the socket. */
export async function startQuirkyProxy (t: Teardown, services: ReadonlyArray<{ readonly address: string }>, quirks: Quirks = {}): Promise<string> {
  const sockets = new Set<Duplex>()
  const proxy = new QuirkyProxy(services.map(({ address }) => address), quirks, sockets)
  const server = quirks.certificate === undefined ? createServer() : createTlsServer(quirks.certificate)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('request', proxy.pass).on('upgrade', proxy.upgrade)
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  return `${quirks.certificate === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/ws`
}

class QuirkyProxy {
  readonly #addresses: readonly string[]
  readonly #quirks: Quirks
  readonly #sockets: Set<Duplex>
  #turn = 0
  #connections = 0
  #hasHeld = false

  constructor (addresses: readonly string[], quirks: Quirks, sockets: Set<Duplex>) {
    this.#addresses = addresses
    this.#quirks = quirks
    this.#sockets = sockets
  }

  readonly pass = (request: IncomingMessage, response: ServerResponse): void => {
    const own = this.#quirks.answer?.(request.url ?? '')
    if (own !== undefined) {
      response.writeHead(own.status, own.headers).end(own.body)
      return
    }
    const upstream = this.#ask(request)
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy()).end()
  }

  readonly upgrade = (request: IncomingMessage, client: Duplex): void => {
    client.on('error', () => {})
    const own = this.#quirks.answer?.(request.url ?? '')
    if (own !== undefined) {
      client.end(head(own.status, { ...own.headers, connection: 'close' }) + (own.body ?? ''))
      return
    }
    const upstream = this.#ask(request)
    upstream.on('upgrade', (answer, server, first) => {
      client.write(head(101, without(answer.headers, this.#quirks.dropsOfAnswers)))
      this.#join(client, server, first)
    })
    upstream.on('response', (answer) => {
      client.write(head(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' }))
      answer.pipe(client)
    })
    upstream.on('error', () => client.destroy()).end()
  }

  #ask ({ url, headers }: IncomingMessage): ReturnType<typeof httpRequest> {
    const { dropsUpgrade = false, dropsOfRequests } = this.#quirks
    const dropped = dropsUpgrade ? ['upgrade', 'connection'] : dropsOfRequests
    const address = this.#addresses[this.#turn++ % this.#addresses.length]
    return httpRequest(`${address}${url}`, { headers: without(headers, dropped), agent: false })
  }

  #join (client: Duplex, server: Duplex, first: Buffer): void {
    const { down = (chunk) => chunk, holdMs, idleMs } = this.#quirks
    const connection = ++this.#connections
    const cut = (): void => { client.destroy(); server.destroy() }
    let watch: NodeJS.Timeout | undefined
    const stir = (): void => {
      clearTimeout(watch)
      if (idleMs !== undefined) watch = setTimeout(cut, idleMs)
    }
    const pass = (chunk: Buffer): void => {
      const passed = down(chunk, connection)
      if (passed === undefined) return cut()
      client.write(passed)
    }
    this.#sockets.add(server)
    stir()
    if (first.length > 0) server.unshift(first)
    if (holdMs !== undefined && !this.#hasHeld) {
      this.#hasHeld = true
      server.pause()
      setTimeout(() => server.resume(), holdMs)
    }
    client.on('data', (chunk) => { stir(); server.write(chunk) })
    server.on('data', (chunk) => { stir(); pass(chunk) })
    for (const socket of [client, server]) socket.on('error', () => {}).on('close', () => { clearTimeout(watch); cut() })
  }
}

function without (headers: OutgoingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name)))
}

function head (status: number, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
  return [`HTTP/1.1 ${status} x`, ...lines, '', ''].join('\r\n')
}
