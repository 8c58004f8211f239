import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { isRecord } from '../../src/guards.ts'
import { until, type Teardown } from '../helper.ts'

/** A frame that a client said. */
export type Said = Readonly<Record<string, unknown>>

/** A node whose every word a test writes. */
export class ScriptedNode {
  readonly url: string
  /** All connections there were, in order. */
  readonly #sockets: WebSocket[] = []
  /** What clients said and the test has not looked at yet; pings are left out. */
  readonly #heard: Said[] = []

  constructor (server: WebSocketServer) {
    const { port } = server.address() as AddressInfo
    this.url = `ws://127.0.0.1:${port}/ws`
    server.on('connection', (socket) => {
      this.#sockets.push(socket)
      socket.on('message', (data) => {
        const frame: unknown = JSON.parse(String(data))
        if (!isRecord(frame)) throw new Error('a client said what is no envelope')
        if (frame.type === 'ping') this.say({ type: 'pong', id: frame.id })
        else this.#heard.push(frame)
      })
    })
  }

  get connections (): number {
    return this.#sockets.length
  }

  /** Says something on the latest connection. */
  say (frame: object): void {
    this.#sockets.at(-1)?.send(JSON.stringify(frame))
  }

  /** Waits for so many connections to have been made, and greets on the latest. */
  async greet (connections: number, positions: object = {}): Promise<void> {
    await until(() => this.#sockets.length >= connections)
    this.say({ type: 'connected', payload: { positions } })
  }

  /** The next thing that a client said. */
  async hears (): Promise<Said> {
    await until(() => this.#heard.length > 0)
    return this.#heard.shift() ?? {}
  }

  close (code: number): void {
    this.#sockets.at(-1)?.close(code)
  }
}

/** Starts a node that does nothing by itself; ends it with the test. */
export async function startScriptedNode (t: Teardown): Promise<ScriptedNode> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  return new ScriptedNode(server)
}
