import type { Socket } from 'node:net'
import { clientFrame, TEXT } from '../support/wire-frames.ts'
import { ended } from './attacker.ts'
import type { Field, Flood } from './flood.ts'

const READERS = 10
const SIP_MS = 50
/** One for all: what a room keeps of what was said there is not the flood's. */
const BUSY = 'busy'

/** Members of a busy room who take nothing, or next to nothing, of what is said there. */
export const readerFloods: readonly Flood[] = [
  { id: 'c9', name: 'a busy room whose members do not read', round: (field) => beSlow(field, (socket) => { socket.pause() }) },
  { id: 'c11', name: 'a busy room whose members read a little now and then', round: (field) => beSlow(field, sip) }
]

async function beSlow (field: Field, slowDown: (socket: Socket) => void): Promise<void> {
  const readers: Socket[] = []
  for (let count = 0; count < READERS; count += 1) readers.push(await member(field))
  for (const socket of readers) slowDown(socket)
  const publisher = await member(field)
  const message = clientFrame(TEXT, JSON.stringify({ type: 'publish', room: BUSY, payload: 'x'.repeat(60_000) }))
  for (let count = 0; count < field.burst - 1; count += 1) publisher.write(message)
  await Promise.all(readers.map(async (socket) => await ended(socket, 500)))
  for (const socket of [...readers, publisher]) socket.destroy()
}

async function member (field: Field): Promise<Socket> {
  const socket = await field.enter()
  socket.write(clientFrame(TEXT, JSON.stringify({ type: 'join_room', room: BUSY })))
  return socket
}

/** Reads a chunk, then nothing for a while. */
function sip (socket: Socket): void {
  socket.pause()
  const timer = setInterval(() => socket.read(1_000), SIP_MS)
  socket.once('close', () => clearInterval(timer))
}
