import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from '../helper.ts'

/** The part of an instance that a balancer sees. */
export interface FakeInstance {
  readonly name: string
  readonly address: string
  /** What `/health/ready` says. */
  isReady: boolean
  /** Whether everything else is answered with 503, as by a full instance. */
  isFull: boolean
  /** Requests so far, other than the probes. */
  requests: number
  /** Number of probes so far. */
  probes: number
  /** Ends it, connections too. */
  stop: () => Promise<void>
}

/** Starts an instance that answers each request with its name; ends with the test. */
export async function startFakeInstance (t: Teardown, name: string): Promise<FakeInstance> {
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') answerProbe(instance, response)
    else answerRequest(instance, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  t.teardown(stop)
  const instance = { name, address: addressOf(server.address()), isReady: true, isFull: false, requests: 0, probes: 0, stop }
  return instance
}

/** Asks over a connection of its own; gives back the status and the text. */
export async function ask (address: string, init: RequestInit = {}): Promise<{ status: number, text: string }> {
  const response = await fetch(`${address}/who`, { ...init, headers: { ...init.headers, connection: 'close' } })
  return { status: response.status, text: await response.text() }
}

/** Who answers so many requests, one after the other. */
export async function askTimes (count: number, address: string): Promise<string[]> {
  const names: string[] = []
  while (names.length < count) names.push((await ask(address)).text)
  return names
}

function answerProbe (instance: FakeInstance, response: ServerResponse): void {
  instance.probes++
  response.writeHead(instance.isReady ? 200 : 503).end()
}

function answerRequest (instance: FakeInstance, response: ServerResponse): void {
  instance.requests++
  response.writeHead(instance.isFull ? 503 : 200).end(instance.name)
}

function addressOf (address: AddressInfo | string | null): string {
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
}
