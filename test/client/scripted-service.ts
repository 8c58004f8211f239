import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { until, type Teardown } from '../helper.ts'

/** Where the topic of the user stands, unless a test says otherwise. */
const NOTED = { epoch: 'u', seq: 0 }

/** What a client has sent. */
export interface Said {
  readonly type: string
  readonly id: string
  readonly room?: string
  readonly payload: Record<string, unknown>
}

/** The service's side of a connection, as a test plays it. */
export class ScriptedPeer {
  /** Path and query of the handshake. */
  readonly url: string
  /** What the client offered as subprotocols. */
  readonly protocols: string
  /** Everything the client has sent. */
  readonly said: Said[] = []
  readonly #socket: WebSocket
  #taken = 0
  isClosed = false

  constructor (socket: WebSocket, { url = '', headers }: IncomingMessage) {
    this.#socket = socket
    this.url = url
    this.protocols = headers['sec-websocket-protocol'] ?? ''
    socket.on('message', (data) => { this.said.push(JSON.parse(String(data))) })
    socket.on('close', () => { this.isClosed = true })
  }

  /** Greets as user `ada`. */
  greet (more: object = {}): void {
    const payload = { client_id: 'c', user_id: 'ada', name: 'Ada', role: 'user', node_id: 'n', dialect: 'hub.v1', max_message_size: 1_000, ping_interval_ms: 54_000, positions: { 'user:ada': NOTED }, ...more }
    this.send({ type: 'connected', payload })
  }

  send (frame: object): void {
    this.#socket.send(JSON.stringify({ timestamp: '2026-01-01T00:00:00.000Z', ...frame }))
  }

  sendText (text: string): void {
    this.#socket.send(text)
  }

  /** The next request of a type; others before it are skipped. */
  async next (type: string): Promise<Said> {
    let found: Said | undefined
    await until(() => {
      const index = this.said.findIndex((one, place) => place >= this.#taken && one.type === type)
      if (index < 0) return false
      this.#taken = index + 1
      found = this.said[index]
      return true
    })
    if (found === undefined) throw new Error(`nothing of type ${type}`)
    return found
  }

  /** Answers the next request of a type. */
  async answer (type: string, answerType: string, payload: unknown, about: object = {}): Promise<Said> {
    const request = await this.next(type)
    this.send({ type: answerType, id: request.id, payload, ...about })
    return request
  }

  /** Lets the client into a room. */
  async admit (room: string, seq = 0): Promise<void> {
    await this.answer('join_room', 'room_info', { room_id: room, users: [{ id: 'ada', name: 'Ada' }], count: 1, epoch: 'e', seq }, { room })
  }

  /** Passes a message of the room on, said by Bob. */
  tell (room: string, seq: number, about: object = {}): void {
    this.send({ type: 'new_message', room, seq, id: `bob-${seq}`, payload: { content: String(seq) }, sender: { id: 'bob', name: 'Bob' }, ...about })
  }

  close (code: number, reason = ''): void {
    this.#socket.close(code, reason)
  }

  cut (): void {
    this.#socket.terminate()
  }
}

/** A service that does only what a test tells it to. */
export interface ScriptedService {
  readonly url: string
  readonly peers: ScriptedPeer[]
  /** The next connection that nobody has asked for yet. */
  next (): Promise<ScriptedPeer>
  /** Refuses connections from now on. */
  stop (): Promise<void>
}

export async function startScripted (t: Teardown, subprotocol = 'hub.v1'): Promise<ScriptedService> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: (offered) => offered.has(subprotocol) && subprotocol })
  await once(server, 'listening')
  const peers: ScriptedPeer[] = []
  server.on('connection', (socket, request) => { peers.push(new ScriptedPeer(socket, request)) })
  const stop = async (): Promise<void> => {
    for (const socket of server.clients) socket.terminate()
    await new Promise<void>((resolve) => { server.close(() => resolve()) })
  }
  t.teardown(stop)
  let taken = 0
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    peers,
    stop,
    async next () {
      await until(() => peers.length > taken)
      taken += 1
      const peer = peers[taken - 1]
      if (peer === undefined) throw new Error('no connection')
      return peer
    }
  }
}
