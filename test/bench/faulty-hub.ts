import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Teardown } from '../helper.ts'

/** What a hub does wrong with a copy of the n-th message: how often it sends it, or that it ends the connection. */
export type Fault = (message: number) => number | 'close'

/** How a faulty hub differs from others. */
export interface FaultyHubOptions {
  readonly pingPeriodMs?: number
  /** Hubs with the same members are nodes of one. */
  readonly members?: Set<WebSocket>
}

/** A room in its barest form that serves members badly on purpose; closed with the test. Returns its address. */
export async function startFaultyHub (t: Teardown, fault: Fault, options: FaultyHubOptions = {}): Promise<string> {
  const { pingPeriodMs = 25_000, members = new Set() } = options
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  let messages = 0
  server.on('connection', (socket) => {
    const pinging = setInterval(() => socket.ping(), pingPeriodMs)
    socket.on('close', () => clearInterval(pinging))
    socket.on('message', (data) => {
      const { type, id, room, payload } = JSON.parse(String(data))
      if (type === 'join_room') {
        members.add(socket)
        return socket.send(JSON.stringify({ type: 'room_info', id, room }))
      }
      const times = fault(messages++)
      if (times === 'close') return socket.close(1013, 'overload')
      const text = JSON.stringify({ type: 'new_message', id, room, payload })
      const others = [...members].filter((member) => member !== socket)
      for (const member of others) for (let copy = 0; copy < times; copy++) member.send(text)
      socket.send(JSON.stringify({ type: 'ack', id, payload: {} }))
    })
  })
  await once(server, 'listening')
  return addressOf(server.address())
}

function addressOf (address: AddressInfo | string | null): string {
  return typeof address === 'object' && address ? `ws://127.0.0.1:${address.port}` : ''
}
