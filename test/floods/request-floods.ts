import type { Socket } from 'node:net'
import { clientClose, clientFrame, TEXT } from '../support/wire-frames.ts'
import { ended } from './attacker.ts'
import type { Field, Flood } from './flood.ts'

const LONGEST_NAME = 128
const MANY_TOPICS = 128

/** Requests that are let through as far as the rate goes, each burst from a connection of its own. */
export const requestFloods: readonly Flood[] = [
  { id: 'c5', name: 'joins and leaves', round: (field) => ask(field, (index) => ({ type: index % 2 === 0 ? 'join_room' : 'leave_room', room: 'hall' })) },
  { id: 'c5', name: 'joins of ever new rooms', round: (field) => ask(field, (index) => ({ type: 'join_room', room: longName(`${field.number}:${index}`) })) },
  { id: 'c5', name: 'subscriptions to ever new rooms', round: (field) => ask(field, (index) => ({ type: 'subscribe', room: longName(`${field.number}:${index}`) })) },
  { id: 'c15', name: 'typing', round: (field) => askInHall(field, (index) => ({ type: 'typing', room: 'hall', payload: { is_typing: index % 2 === 0 } })) },
  { id: 'c16', name: 'resumption of as many topics as may be', round: (field) => ask(field, () => ({ type: 'resume', payload: { topics: manyTopics(MANY_TOPICS) } })) },
  { id: 'c16', name: 'resumption of more topics than may be', round: (field) => ask(field, () => ({ type: 'resume', payload: { topics: manyTopics(400) } })) },
  { id: 'c16', name: 'history without measure', round: (field) => askInHall(field, historyRequest) },
  { id: 'c19', name: 'one message again and again', round: (field) => askInHall(field, () => ({ type: 'publish', room: 'hall', id: `k${field.number}`, payload: 'x'.repeat(100) })) }
]

/** Sends a burst of requests, waits until they are worked off, and goes. */
async function ask (field: Field, request: (index: number) => object, first: readonly object[] = []): Promise<void> {
  const socket = await field.enter()
  const requests = [...first, ...Array.from({ length: field.burst - first.length }, (_, index) => request(index))]
  for (const part of requests) socket.write(clientFrame(TEXT, JSON.stringify(part)))
  await leave(socket)
}

async function askInHall (field: Field, request: (index: number) => object): Promise<void> {
  await ask(field, request, [{ type: 'join_room', room: 'hall' }])
}

/** A close frame is answered behind everything else. */
async function leave (socket: Socket): Promise<void> {
  socket.write(clientClose(1000))
  await ended(socket)
}

function historyRequest (index: number): object {
  const payloads = [{ limit: 1e9 }, { limit: 100 }, { before: 2 ** 53 }, { before: -1 }, { since: { epoch: 'other', seq: 0 }, limit: 100 }]
  return { type: 'history', room: 'hall', payload: payloads[index % payloads.length] }
}

function manyTopics (count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`room:${longName(String(index))}`, { epoch: 'e', seq: index }]))
}

function longName (text: string): string {
  return text.padEnd(LONGEST_NAME, 'x')
}
