import { isRecord } from '../../guards.ts'
import { shown } from './answer.ts'
import { CannotCheck } from './check.ts'
import type { Line } from './line.ts'
import type { Pair, Visit } from './visit.ts'

/** The service answered a request with an error. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly code: string

  constructor (request: string, code: string, text: string) {
    super(`${request} was refused: ${code}: ${text}`)
    this.code = code
  }
}

/** A place in the stream of a room. */
export interface Place {
  readonly epoch: unknown
  readonly seq: unknown
}

/** Sends a request and gives back the payload of its reply. Throws when it is refused; for want of rights a {@link CannotCheck}. */
export async function demand (line: Line, envelope: { readonly type: string, readonly room?: string, readonly payload?: unknown }): Promise<Readonly<Record<string, unknown>>> {
  const { type, payload } = await line.request(envelope)
  const content = isRecord(payload) ? payload : {}
  if (type !== 'error') return content
  const [code, text] = [shown(String(content['code'])), shown(String(content['message']))]
  if (code === 'FORBIDDEN') throw new CannotCheck(`the token may not ${envelope.type} in a room of the doctor's: ${text}`)
  throw new RequestRefused(envelope.type, code, text)
}

/** Listens to a room, without becoming a member that others could see; tells where its stream stands. */
export async function listen (line: Line, room: string): Promise<Place> {
  const { epoch, seq } = await demand(line, { type: 'subscribe', room })
  return { epoch, seq }
}

/** Publishes to a room and waits for the confirmation. */
export async function publish (line: Line, room: string, payload: object): Promise<void> {
  await demand(line, { type: 'publish', room, payload })
}

/** The payload of the next message in a room that bears a mark, and when it came. Throws when none comes in time. */
export async function delivery (line: Line, room: string, mark: string): Promise<{ payload: Readonly<Record<string, unknown>>, seq: unknown, at: number }> {
  const isIt = (payload: unknown): payload is Record<string, unknown> => isRecord(payload) && payload['mark'] === mark
  const frame = await line.next((frame) => frame.type === 'message' && frame.room === room && isIt(frame.payload), 'a message')
  return { payload: isIt(frame.payload) ? frame.payload : {}, seq: frame.seq, at: frame.at }
}

/** Two connections that listen to one room; those of an earlier check as long as they are open. */
export async function pairOf (visit: Visit): Promise<Pair> {
  if (visit.pair?.from.isOpen === true && visit.pair.to.isOpen) return visit.pair
  const room = `${visit.room}-echo`
  const from = await visit.line()
  const to = visit.pair?.to.isOpen === true ? visit.pair.to : (await visit.connect()).line
  for (const line of [from, to]) await listen(line, room)
  visit.pair = { room, from, to }
  return visit.pair
}
