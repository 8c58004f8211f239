import { handshake } from '../support/http-peer.ts'
import { forge, hmac } from '../support/forge.ts'
import { ended } from './attacker.ts'
import type { Field, Flood } from './flood.ts'

const MIB = 1_048_576
const PAUSE_MS = 20

/** What floods the server with requests, or with connections that never become any. */
export const httpFloods: readonly Flood[] = [
  { id: 'a17', name: 'an upgrade behind a request', round: (field) => say(field, `GET /ws/online HTTP/1.1\r\nHost: x\r\n\r\n${handshake()}`) },
  { id: 'a20', name: 'headers of 20 kB', round: (field) => say(field, handshake({ headers: { 'x-long': 'x'.repeat(20_000) } })) },
  { id: 'a20', name: '2,500 headers', round: (field) => say(field, handshake({ lines: Array.from({ length: 2_500 }, (_, index) => `x${index}:`) })) },
  { id: 'c1', name: 'handshakes without a token, from many addresses', round: (field) => say(field, handshake()) },
  { id: 'c1', name: 'handshakes without a token, from one address', round: (field) => say(field, handshake(), true) },
  { id: 'b8', name: 'tokens of unknown keys', round: unknownKey },
  { id: 'c7', name: 'connections that say nothing', round: (field) => hold(field, '') },
  { id: 'c7', name: 'headers that stop half-way', round: (field) => hold(field, handshake().slice(0, 100)) },
  { id: 'c7', name: 'bodies that stop half-way', round: (field) => hold(field, `${postHead('/nowhere', MIB)}{"message":`) },
  { id: 'c14', name: 'bodies that are too large', round: bodyTooLarge },
  { id: 'c14', name: 'lists of too many receivers', round: manyReceivers }
]

/** Sends a text, and waits for the end. */
async function say ({ attacker }: Field, text: string, sameAddress = false): Promise<void> {
  const socket = await attacker.connect({ sameAddress })
  socket.end(text)
  await ended(socket)
}

/** Opens one more connection that waits for its end, or waits a little where there are enough. */
async function hold ({ attacker, maxSockets }: Field, text: string): Promise<void> {
  if (attacker.open >= maxSockets) return await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS) })
  const socket = await attacker.connect()
  if (text !== '') socket.write(text)
}

async function unknownKey (field: Field): Promise<void> {
  const token = forge({ alg: field.number % 2 === 0 ? 'RS256' : 'HS256', kid: `k${field.number}` }, { sub: 'x', exp: 2 ** 32 }, hmac('another secret'))
  await say(field, handshake({ path: `/ws?token=${token}` }))
}

async function bodyTooLarge (field: Field): Promise<void> {
  const socket = await field.attacker.connect()
  socket.write(postHead('/ws/broadcast', 5 * MIB, await adminToken(field)))
  socket.end(`{"message":"${'x'.repeat(5 * MIB)}"}`)
  await ended(socket)
}

async function manyReceivers (field: Field): Promise<void> {
  const body = JSON.stringify({ message: 'x', target: { users: Array.from({ length: 100_000 }, (_, index) => `u${index}`) } })
  const socket = await field.attacker.connect()
  socket.end(`${postHead('/ws/broadcast', body.length, await adminToken(field))}${body}`)
  await ended(socket)
}

async function adminToken ({ token, number }: Field): Promise<string> {
  return await token(`admin-${Math.floor(number / 100)}`, { role: 'admin' })
}

function postHead (path: string, bytes: number, token?: string): string {
  const authorization = token === undefined ? [] : [`Authorization: Bearer ${token}`]
  return [`POST ${path} HTTP/1.1`, 'Host: x', 'Connection: close', 'Content-Type: application/json', `Content-Length: ${bytes}`, ...authorization, '', ''].join('\r\n')
}
