import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { isRecord } from '../../src/guards.ts'
import { forge, inAnHour } from '../support/forge.ts'
import type { Teardown } from '../helper.ts'
import type { Findings } from './findings.ts'
import type { FuzzedService } from './service.ts'
import { WITNESS_ROOM } from './hostile.ts'

/** A conversation in order, among all the others. */
export interface Witnesses {
  /** Messages that came as they were sent. */
  readonly heard: () => number
  /** The longest that one took, ms. */
  readonly worstMs: () => number
}

const PERIOD_MS = 100
const DAY_S = 86_400
/** Patience on a busy machine. */
const PATIENCE_MS = 30_000

/** Lets one user speak and another one hear, in a room that nobody else is in; whatever else comes there is a finding, and whatever does not. */
export async function startWitnesses (t: Teardown, service: FuzzedService, findings: Findings): Promise<Witnesses> {
  const find = (what: string, detail: string): void => findings.add({ what, detail: `${service.profile} settings: ${detail}` })
  const [speaker, listener] = await Promise.all([join(t, service, 'speaker'), join(t, service, 'listener')])
  const run = randomUUID()
  let sent = 0
  let heard = 0
  let sentAt = performance.now()
  let worstMs = 0
  const timer = setInterval(() => {
    const waitedMs = performance.now() - sentAt
    if (sent > heard && waitedMs > PATIENCE_MS) return end('a witness was not heard', `${sent} sent, ${heard} heard`)
    if (sent > heard) return
    sent += 1
    sentAt = performance.now()
    speaker.send(JSON.stringify({ type: 'send_message', room: WITNESS_ROOM, payload: { content: `${run} ${sent}` } }))
  }, PERIOD_MS)
  const end = (what: string, detail: string): void => {
    clearInterval(timer)
    find(what, detail)
  }
  t.teardown(() => clearInterval(timer))
  for (const [name, socket] of [['speaker', speaker], ['listener', listener]] as const) socket.once('close', (code: number) => { if (service.isAlive) end('a witness was disconnected', `${name}: ${code}`) })
  t.teardown(() => { for (const socket of [speaker, listener]) socket.removeAllListeners('close') })
  listener.on('message', (data) => {
    const text = String(data)
    const frame: unknown = JSON.parse(text)
    if (!isRecord(frame) || !isOfWitnesses(frame)) return
    heard += 1
    worstMs = Math.max(worstMs, performance.now() - sentAt)
    if (!text.includes(`"content":"${run} ${heard}"`) || !text.includes('"id":"witness-speaker"')) find('a witness heard what was not said to it', text)
  })
  return { heard: () => heard, worstMs: () => worstMs }
}

/** What is for a room, a user or a role must be for theirs; a message to everybody may come. */
function isOfWitnesses (frame: Record<string, unknown>): boolean {
  return frame['room'] !== undefined || (frame['topic'] !== undefined && frame['topic'] !== 'all')
}

async function join (t: Teardown, { port }: FuzzedService, name: string): Promise<WebSocket> {
  const token = forge({ alg: 'HS256' }, { sub: `witness-${name}`, role: 'witness', exp: inAnHour() + DAY_S })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { authorization: `Bearer ${token}` } })
  t.teardown(() => socket.terminate())
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => socket.send(JSON.stringify({ type: name === 'listener' ? 'subscribe' : 'join_room', room: WITNESS_ROOM })))
    socket.on('message', function onMessage (data) {
      if (!/"type":"(?:subscribed|room_info)"/.test(String(data))) return
      socket.off('message', onMessage)
      resolve()
    })
  })
  return socket
}
