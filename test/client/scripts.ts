import type { ConnectOptions, Hub, Room, TimeoutError, TooLargeError } from '../../client/index.ts'
import { codeOf } from './record.ts'

/** What a scene does in its own way. */
export interface Changes extends ConnectOptions {
  readonly url?: string
}

/** Opens a hub as the test wants it, with changes. */
type Open = (changes?: Changes) => Hub

/** Where nobody listens. */
const NOWHERE = 'ws://127.0.0.1:9/ws'

/** Scenes that need nothing from outside once they have begun. */
export const scripts = { eager, queueLimits, ages, tooLarge, aborts, rejoining, closing }

/** All calls at once, before there is a connection. */
async function eager (open: Open, room: string): Promise<unknown> {
  const [ada, bob] = [open(), open()]
  const before = [ada.state, bob.state]
  const heard: string[] = []
  bob.on('message', ({ payload }) => { heard.push(payload.content) })
  const joining = Promise.all([bob.join(room), ada.join(room)])
  const asked = Promise.all([ada.ping(), bob.who(room), ada.ready()])
  const [, mine] = await joining
  const [, people, welcome] = await asked
  const sent = await Promise.all(['one', 'two', 'three'].map(async (content) => await mine.send({ content })))
  while (heard.length < 3) await bob.ping()
  for (const hub of [ada, bob]) hub.close()
  return { before, people: people.length, type: typeof welcome.client_id, seqs: sent.map(({ seq }) => seq), heard }
}

/** More than may wait for a connection. */
async function queueLimits (open: Open): Promise<unknown> {
  const few = open({ url: NOWHERE, queue: { messages: 3 } })
  const small = open({ url: NOWHERE, queue: { bytes: 1_000 } })
  const waiting = Promise.all([1, 2, 3].map(async (n) => await outcome(few.broadcast({ n }))))
  const tooMany = await outcome(few.broadcast({ n: 4 }))
  const big = outcome(small.broadcast('x'.repeat(600)))
  const tooBig = await outcome(small.broadcast('x'.repeat(600)))
  const volatile = await outcome(small.broadcast('now or never', { volatile: true }))
  for (const hub of [few, small]) hub.close()
  return { tooMany, tooBig, volatile, waited: [...await waiting, await big], afterwards: await outcome(few.broadcast({ n: 5 })) }
}

/** What waits for too long. */
async function ages (open: Open): Promise<unknown> {
  const hub = open({ url: NOWHERE, queue: { maxAgeMs: 200 } })
  const startedAt = performance.now()
  const error = await hub.broadcast('old').catch((error: unknown) => error) as TimeoutError
  const tookMs = performance.now() - startedAt
  hub.close()
  return { code: error.code, mayHaveArrived: error.mayHaveArrived, isInTime: tookMs >= 190 }
}

async function tooLarge (open: Open, room: string): Promise<unknown> {
  const hub = open()
  const joined = await hub.join(room)
  const error = await joined.send({ content: 'ü'.repeat(40_000) }).catch((error: unknown) => error) as TooLargeError
  const { seq } = await joined.send({ content: 'ü'.repeat(30_000) })
  hub.close()
  return { code: error.code, limit: error.limit, isAbove: error.size > 80_000, seq }
}

/** Everything that waits can be given up. */
async function aborts (open: Open, room: string): Promise<unknown> {
  const reason = new Error('enough')
  const done = AbortSignal.abort(reason)
  const hub = open()
  const offline = open({ url: NOWHERE })
  const joined = await hub.join(room)
  const half = new AbortController()
  const calls = [
    hub.join('elsewhere', { signal: done }), hub.join('half', { signal: half.signal }), offline.ready({ signal: half.signal }), joined.send({ content: 'no' }, { signal: done }),
    offline.broadcast('no', { signal: half.signal }), offline.request('ping', null, { signal: half.signal }), joined.history({ signal: done }), loop(joined.messages({ signal: half.signal }))
  ].map(outcome)
  half.abort(reason)
  const outcomes = await Promise.all(calls)
  const closing = new AbortController()
  const third = open({ signal: closing.signal })
  await third.ready()
  closing.abort(reason)
  const people = await hub.who('half')
  for (const one of [hub, offline]) one.close()
  return { outcomes, state: third.state, end: await outcome(third.ready()), half: people.length }
}

/** Somebody gives up coming into a room while somebody else still wants it, as parts of a page do that are mounted twice. */
async function rejoining (open: Open, room: string): Promise<unknown> {
  const [hub, other] = [open(), open()]
  const there = await other.join(room)
  await hub.ready()
  const [first, second] = [new AbortController(), new AbortController()]
  const both = [outcome(hub.join(room, { signal: first.signal })), hub.join(room)]
  first.abort(new Error('enough'))
  const [gaveUp, joined] = await Promise.all(both) as [string, Room]
  const heard = new Promise((resolve) => { joined.on('message', ({ payload }) => { resolve(payload.content) }) })
  await there.send({ content: 'still here?' })
  const again = outcome(hub.join('again', { signal: second.signal }))
  second.abort(new Error('enough'))
  const later = await hub.join('again')
  const results = { gaveUp, heard: await heard, sent: await outcome(joined.send({ content: 'yes' })), again: await again, later: await outcome(later.send({ content: 'here' })) }
  for (const one of [hub, other]) one.close()
  return results
}

async function loop (messages: AsyncIterable<unknown>): Promise<void> {
  for await (const message of messages) if (message === undefined) return
}

/** An end that the program wants: whoever waits learns it, and there is no way back. */
async function closing (open: Open, room: string): Promise<unknown> {
  const hub = open()
  const joined = await hub.join(room)
  const states: unknown[] = []
  hub.on('state', ({ state, reason }) => { states.push({ state, reason }) })
  const reading = loop(joined.messages())
  const asking = outcome(hub.request('no.such.type'))
  hub.close()
  hub.close()
  return { asked: await asking, read: await outcome(reading), ready: await outcome(hub.ready()), joined: await outcome(hub.join(room)), sent: await outcome(joined.send({ content: 'late' })), states }
}

async function outcome (call: Promise<unknown>): Promise<string> {
  try {
    return typeof await call
  } catch (error) {
    return codeOf(error)
  }
}
