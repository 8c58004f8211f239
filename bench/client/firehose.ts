import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { forms, usualForm, type Form, type Request } from './firehose-forms.ts'
import { frameOf, messageOf, numbersOf } from './firehose-frames.ts'
import type { Order } from './page/wire.ts'

/** Frames of one write: enough to keep a page busy, few enough to wait for it. */
const FRAMES_OF_A_WRITE = 256
const EPOCH = 'bench'
const TIMESTAMP = '2026-01-01T00:00:00.000Z'
const GREETING = {
  client_id: 'c',
  user_id: 'ada',
  name: 'Ada',
  role: 'user',
  message: 'Connected to WebSocket server',
  online_count: 2,
  node_id: 'firehose',
  dialect: 'hub.v1',
  max_message_size: 65_536,
  ping_interval_ms: 54_000,
  positions: { 'user:ada': { epoch: EPOCH, seq: 0 } }
}

/** A listening firehose. */
export interface Firehose {
  readonly port: number
  close (): void
}

/**
 * Listens on a free port and plays the service's part for the client library: greets, lets into rooms, acknowledges at once. On the
 * request `firehose` it sends messages that were made before, written to the TCP stream many at a time, as fast as the page takes them.
 * @param content - of each message
 */
export async function startFirehose (content: string): Promise<Firehose> {
  const http = createServer()
  const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].find((one) => forms.has(one)) ?? false })
  http.on('upgrade', (request, stream, head) => {
    server.handleUpgrade(request, stream, head, (socket) => serve(socket, stream, content))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const close = (): void => {
    for (const socket of server.clients) socket.terminate()
    http.close()
  }
  return { port: (http.address() as AddressInfo).port, close }
}

function serve (socket: WebSocket, stream: Duplex, content: string): void {
  let count = 0
  const form = forms.get(socket.protocol) ?? usualForm
  const send = (type: string, { id, room }: Partial<Request>, payload: unknown): void => {
    socket.send(form.encode({ type, id, room, payload, timestamp: TIMESTAMP }), { binary: form !== usualForm })
  }
  const answers: Record<string, (request: Request) => void> = {
    join_room: (request) => send('room_info', request, { room_id: request.room, users: [], count: 2, epoch: EPOCH, seq: 0 }),
    send_message: (request) => send('ack', request, { seq: ++count, epoch: EPOCH }),
    ping: (request) => send('pong', request, null),
    resume: (request) => send('resumed', request, { topics: standings(request.payload) }),
    firehose: (request) => {
      const writes = writesOf(request.payload as Order, content, form)
      send('ack', request, {})
      pour(stream, writes).catch(() => stream.destroy())
    }
  }
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    const request = form.decode(data)
    answers[request.type]?.(request)
  })
  send('connected', {}, GREETING)
}

/** Nothing of what was before is known any more. */
function standings (payload: unknown): object {
  const { topics } = payload as { readonly topics: object }
  return Object.fromEntries(Object.keys(topics).map((topic) => [topic, { recovered: false, epoch: EPOCH, seq: 0 }]))
}

function writesOf (order: Order, content: string, form: Form): Buffer[] {
  const frames = numbersOf(order).map((seq) => frameOf(messageOf(seq, content), form))
  const starts = Array.from({ length: Math.ceil(frames.length / FRAMES_OF_A_WRITE) }, (_, index) => index * FRAMES_OF_A_WRITE)
  return starts.map((start) => Buffer.concat(frames.slice(start, start + FRAMES_OF_A_WRITE)))
}

async function pour (stream: Duplex, writes: readonly Buffer[]): Promise<void> {
  for (const write of writes) {
    if (stream.destroyed) return
    if (!stream.write(write)) await Promise.race([once(stream, 'drain'), once(stream, 'close')])
  }
}
