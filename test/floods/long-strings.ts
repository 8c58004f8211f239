import { connectAs, getJson, tokenFor, type Teardown } from '../helper.ts'
import { exchange, handshake } from '../support/http-peer.ts'
import { startFlooded, type FloodedService } from './flooded-service.ts'

/** The longest that a field with long strings kept the service busy. */
export interface FieldReport {
  readonly field: string
  /** Of the worst string the best try: a busy machine is no fault of the field. */
  readonly worstMs: number
}

const FRAME_UNITS = 60_000
const HEADER_UNITS = 12_000

/** What makes expressions go back and forth, a character or two at a time. */
const UNITS = ['a', ' ', 'a ', '.', 'a.', '-_', '{', '*', ':', ',', ', ', ';', '/', '=', '%', 'e\u0301', '\u200f', '\ud83d\ude00', '0', '1e', '+', '\\"', '\t'] as const

const envelopes: Readonly<Record<string, (text: string) => object>> = {
  type: (text) => ({ type: text }),
  id: (text) => ({ type: 'ping', id: text }),
  room: (text) => ({ type: 'join_room', room: text }),
  'room of a subscription': (text) => ({ type: 'subscribe', room: text }),
  room_id: (text) => ({ type: 'join_room', payload: { room_id: text } }),
  content: (text) => ({ type: 'send_message', room: 'hall', payload: { content: text } }),
  reply_to: (text) => ({ type: 'send_message', room: 'hall', payload: { content: 'x', reply_to: text } }),
  payload: (text) => ({ type: 'publish', room: 'hall', payload: text }),
  'key of a payload': (text) => ({ type: 'publish', room: 'hall', payload: { [text]: 1 } }),
  is_typing: (text) => ({ type: 'typing', room: 'hall', payload: { is_typing: text } }),
  epoch: (text) => ({ type: 'join_room', room: 'hall', payload: { since: { epoch: text, seq: 1 } } }),
  seq: (text) => ({ type: 'history', room: 'hall', payload: { before: text } }),
  topic: (text) => ({ type: 'resume', payload: { topics: { [`room:${text}`]: { epoch: 'e', seq: 1 } } } }),
  token: (text) => ({ type: 'refresh_token', payload: { token: text } })
}

const headers = ['sec-websocket-protocol', 'sec-websocket-extensions', 'sec-websocket-key', 'sec-websocket-version', 'authorization', 'origin', 'host', 'upgrade', 'cookie', 'x-forwarded-for'] as const
const parameters = ['token', 'ticket', 'dialect', 'refusal'] as const

const bodies: Readonly<Record<string, (text: string) => object>> = {
  'message of an alert': (text) => ({ message: text }),
  'type of a notification': (text) => ({ type: text, payload: 1 }),
  'id of a notification': (text) => ({ message: 'x', id: text }),
  'user of a target': (text) => ({ message: 'x', target: { users: [text] } }),
  'room of a target': (text) => ({ message: 'x', target: { rooms: [text] } })
}

/** Sends a text in some field; resolves when the service is done with it. */
type Send = (text: string) => Promise<void>

/** Where a field is tried. */
interface Trial {
  readonly units: number
  readonly tries: number
  /** 1 for all kinds of strings, 3 for every third. */
  readonly every: number
}

/** Tries long strings in every field that is checked; how long each took at worst, told one after the other. */
export async function tryLongStrings (t: Teardown, onReport: (report: FieldReport) => void, { tries = 5, every = 1 } = {}): Promise<void> {
  const service = await startFlooded(t, { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0' })
  const [inFrame, inHeader] = [{ units: FRAME_UNITS, tries, every }, { units: HEADER_UNITS, tries, every }]
  for (const [field, send] of await frameSends(t, service)) onReport(await worstOf(field, send, inFrame))
  for (const [field, send] of handshakeSends(t, service)) onReport(await worstOf(field, send, inHeader))
  for (const [field, send] of await bodySends(service)) onReport(await worstOf(field, send, inFrame))
}

async function frameSends (t: Teardown, service: FloodedService): Promise<Array<[string, Send]>> {
  const client = await connectAs(t, service, 'ada')
  await client.request({ type: 'join_room', room: 'hall' })
  return Object.entries(envelopes).map(([field, envelope]) => [field, async (text) => {
    // A ping behind it: not everything is answered, and ids that are none are not told.
    client.send(envelope(text))
    await client.drain()
  }])
}

function handshakeSends (t: Teardown, { address }: FloodedService): Array<[string, Send]> {
  const knock = async (parts: Parameters<typeof handshake>[0]): Promise<void> => { await exchange(t, address, handshake(parts)) }
  return [
    ...headers.map((name): [string, Send] => [`header ${name}`, async (text) => await knock({ headers: { [name]: inOneLine(text) } })]),
    ...parameters.map((name): [string, Send] => [`?${name}=`, async (text) => await knock({ path: `/ws?${name}=${encodeURIComponent(text).slice(0, HEADER_UNITS)}` })])
  ]
}

async function bodySends (service: FloodedService): Promise<Array<[string, Send]>> {
  const authorization = `Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}`
  return Object.entries(bodies).map(([field, body]) => [field, async (text) => {
    await getJson(service, '/ws/broadcast', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body(text)) })
  }])
}

/** As bytes of a header; the test of what no header may hold is another one. */
function inOneLine (text: string): string {
  return Buffer.from(text).toString('latin1').replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
}

/** The most that a string of one of the kinds takes: of several tries the best, for a busy machine is no fault of the field. */
async function worstOf (field: string, send: Send, { units, tries, every }: Trial): Promise<FieldReport> {
  let worstMs = 0
  for (const unit of UNITS.filter((_, index) => index % every === 0)) {
    const text = `${unit.repeat(Math.floor(units / Buffer.byteLength(JSON.stringify(unit))))}!`
    worstMs = Math.max(worstMs, await bestOf(tries, async () => await send(text)))
  }
  return { field, worstMs }
}

async function bestOf (tries: number, action: () => Promise<void>): Promise<number> {
  let bestMs = Infinity
  for (let tryNumber = 0; tryNumber < tries; tryNumber += 1) {
    const begunAt = performance.now()
    await action()
    bestMs = Math.min(bestMs, performance.now() - begunAt)
  }
  return bestMs
}
