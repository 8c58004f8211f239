import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { WebSocketServer, type WebSocket } from 'ws'

/** Ways to break a promise on purpose. */
export interface FakeHubFaults {
  /** How often, and as what, a message is sent to a member; default: once, as it is. */
  readonly deliver?: (frame: string, seq: number) => readonly string[]
  /** Whether to refuse a message with this content. */
  readonly refuses?: (content: string) => boolean
  /** Whether to leave somebody out when asked who is there. */
  readonly hides?: (userId: string) => boolean
}

interface Request { readonly type: string, readonly id: string, readonly payload?: { readonly content: string } }

/** A room of the protocol in its barest form, without checks of tokens; closed with the test. */
export async function startFakeHub (t: Test, faults: FakeHubFaults): Promise<string> {
  const { deliver = (frame) => [frame], refuses = () => false, hides = () => false } = faults
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  t.teardown(() => server.close())
  const members = new Map<WebSocket, string>()
  let seq = 0
  const handlers: Record<string, (socket: WebSocket, request: Request, senderId: string) => string> = {
    join_room (socket, _request, senderId) {
      members.set(socket, senderId)
      return 'room_info'
    },
    leave_room (socket) {
      members.delete(socket)
      return 'ack'
    },
    send_message (socket, { payload }, senderId) {
      if (refuses(payload?.content ?? '')) return 'error'
      const frame = JSON.stringify({ type: 'new_message', seq: ++seq, sender: { id: senderId }, payload })
      for (const member of members.keys()) if (member !== socket) deliver(frame, seq).forEach((each) => member.send(each))
      return 'ack'
    },
    online_users: () => 'online_users'
  }
  const users = () => [...members.values()].filter((id) => !hides(id)).map((id) => ({ id }))
  server.on('connection', (socket, { headers }) => {
    const senderId = userOf(headers.authorization)
    socket.on('message', (data) => {
      const request: Request = JSON.parse(data.toString())
      const type = handlers[request.type]?.(socket, request, senderId)
      socket.send(JSON.stringify({ type, id: request.id, payload: { seq, users: users() } }))
    })
  })
  await once(server, 'listening')
  return addressOf(server.address())
}

function addressOf (address: AddressInfo | string | null): string {
  return typeof address === 'object' && address ? `ws://127.0.0.1:${address.port}/ws` : ''
}

function userOf (authorization = ''): string {
  const claims: { sub: string } = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString())
  return claims.sub
}
