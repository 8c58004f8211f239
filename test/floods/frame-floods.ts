import type { Socket } from 'node:net'
import { clientFrame, PING, PONG, TEXT } from '../support/wire-frames.ts'
import { ended, pour } from './attacker.ts'
import type { Field, Flood } from './flood.ts'

const FIN = 0x80
const SEGMENT_BYTES = 65_536

/** Frames without end against one connection after the other; each ends when the service cuts it off. */
export const frameFloods: readonly Flood[] = [
  { id: 'a4', name: 'frames that claim to be huge', round: (field) => pourFrames(field, hugeHeader(), 1) },
  { id: 'a5', name: 'fragments of a byte, never finished', round: (field) => pourFragments(field, 'x') },
  { id: 'a5', name: 'empty fragments, never finished', round: (field) => pourFragments(field, '') },
  { id: 'a6', name: 'text that is no JSON', round: (field) => pourFrames(field, clientFrame(TEXT, 'x'), 1_000) },
  { id: 'a9', name: 'deep JSON', round: (field) => pourFrames(field, publication(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), field.burst) },
  { id: 'a10', name: 'wide JSON', round: (field) => pourFrames(field, publication(wideObject()), field.burst) },
  { id: 'c3', name: 'messages at many times the rate', round: (field) => pourFrames(field, clientFrame(TEXT, '{"type":"ping","id":"1"}'), 50 * field.burst) },
  { id: 'c12', name: 'pings, and the answers are read', round: (field) => pourFrames(field, clientFrame(PING, 'x'.repeat(125)), 50 * field.burst) },
  { id: 'c12', name: 'pings, and the answers are not read', round: pourUnread },
  { id: 'c12', name: 'pongs that nobody asked for', round: (field) => pourFrames(field, clientFrame(PONG, 'x'.repeat(125)), 50 * field.burst) }
]

async function pourFrames (field: Field, frame: Buffer, times: number): Promise<void> {
  const socket = await field.enter()
  await pourMany(socket, frame, times)
  socket.end()
  await ended(socket)
}

async function pourUnread (field: Field): Promise<void> {
  const socket = await field.enter()
  socket.pause()
  await pourMany(socket, clientFrame(PING, 'x'.repeat(125)), 50 * field.burst)
  socket.resume()
  await ended(socket)
}

/** One after the other, but as many in a segment as fit. */
async function pourMany (socket: Socket, frame: Buffer, times: number): Promise<void> {
  const count = Math.min(times, Math.ceil(SEGMENT_BYTES / frame.length))
  await pour(socket, Buffer.concat(new Array<Buffer>(count).fill(frame)), Math.ceil(times / count))
}

/** Tens of thousands of pieces of one message. */
async function pourFragments (field: Field, content: string): Promise<void> {
  const socket = await field.enter()
  const fragment = clientFrame(0, content)
  fragment[0] = 0
  const first = clientFrame(TEXT, content)
  first[0] = TEXT
  socket.write(first)
  await pourMany(socket, fragment, 1_000 * field.burst)
  socket.end()
  await ended(socket)
}

/** The header of a frame of 2^40 bytes, without any of them. */
function hugeHeader (): Buffer {
  const header = Buffer.alloc(14)
  header[0] = FIN | TEXT
  header[1] = FIN | 127
  header.writeBigUInt64BE(2n ** 40n, 2)
  return header
}

function publication (payload: string): Buffer {
  return clientFrame(TEXT, `{"type":"publish","room":"hall","payload":${payload}}`)
}

/** So many keys that look like numbers. */
function wideObject (): string {
  return `{${Array.from({ length: 4_000 }, (_, index) => `"${index * 65_536}":0`).join(',')}}`
}
