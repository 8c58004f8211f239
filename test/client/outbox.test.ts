import t from 'tap'
import { Call, type CallRules, type Envelope } from '../../client/call.ts'
import { Outbox } from '../../client/outbox.ts'
import { until } from '../helper.ts'

const PUBLISHING: CallRules = { repeats: true, isPrompt: true, needsRoom: true }

class Desk {
  isOpen = true
  readonly followed = new Set(['general'])
  readonly returning = new Set<string>()
  readonly sent: string[] = []
  readonly outbox: Outbox
  #count = 0

  constructor (queue: { messages?: number, bytes?: number, maxAgeMs?: number } = {}, answerTimeoutMs = 1_000) {
    this.outbox = new Outbox({ queue: { messages: 100, bytes: 100_000, maxAgeMs: 60_000, ...queue }, answerTimeoutMs }, {
      isOpen: () => this.isOpen,
      isFollowed: (room) => this.followed.has(room),
      isReturning: (room) => this.returning.has(room),
      send: (frame) => { this.sent.push(String(JSON.parse(String(frame)).id)) }
    })
  }

  add (room: string | undefined, rules: Partial<CallRules> = {}, payload: unknown = null): Call {
    this.#count += 1
    return this.outbox.add(callOf({ type: 'publish', id: String(this.#count), room, payload }, { ...PUBLISHING, ...rules }))
  }

  ack (id: string): boolean {
    return this.outbox.answered({ type: 'ack', id, payload: { seq: 1 }, timestamp: '' })
  }

  refuse (id: string, code: string): void {
    this.outbox.answered({ type: 'error', id, payload: { code, message: 'no', severity: 'client' }, timestamp: '' })
  }
}

t.test('what is said before the connection is there goes out in its order once it is (S0-101, S4-48, S4-61)', async (t) => {
  const desk = new Desk()
  desk.isOpen = false
  const calls = [desk.add('general'), desk.add('general')]
  t.strictSame(desk.sent, [])
  desk.isOpen = true
  desk.outbox.flush()
  t.strictSame(desk.sent, ['1', '2'])
  t.ok(desk.ack('1') && desk.ack('2'))
  t.notOk(desk.ack('2'), 'nobody waits for it any more')
  t.match(await Promise.all(calls.map(async ({ answer }) => await answer)), [{ type: 'ack' }, { type: 'ack' }])
})

t.test('a message waits until its room is followed, others do not wait for it', async (t) => {
  const desk = new Desk()
  desk.add('later')
  desk.add('general')
  t.strictSame(desk.sent, ['2'])
  desk.followed.add('later')
  desk.outbox.flush()
  t.strictSame(desk.sent, ['2', '1'])
})

t.test('what was not answered when the connection ended is said again, with the same id', async (t) => {
  const desk = new Desk()
  const call = desk.add('general')
  desk.outbox.lost()
  t.ok(call.mayHaveArrived)
  desk.outbox.flush()
  t.strictSame(desk.sent, ['1', '1'])
})

t.test('what may not be said twice is lost with the connection, what is volatile in silence', async (t) => {
  const desk = new Desk()
  const once = desk.add(undefined, { repeats: false })
  const volatile = desk.add('general', { repeats: false, isVolatile: true })
  const urgent = desk.add(undefined, { repeats: false, isUrgent: true })
  desk.outbox.lost()
  await t.rejects(once.answer, { name: 'LostError', code: 'CONNECTION_LOST' })
  t.equal(await volatile.answer, undefined)
  t.equal(await urgent.answer, undefined)
  desk.isOpen = false
  t.equal(await desk.add('general', { repeats: false, isVolatile: true }).answer, undefined, 'nor does it wait')
})

t.test('UNAVAILABLE is asked again with the same id, and holds back the room behind it', async (t) => {
  const desk = new Desk()
  const first = desk.add('general')
  desk.refuse('1', 'UNAVAILABLE')
  desk.add('general')
  t.strictSame(desk.sent, ['1'])
  t.ok(first.mayHaveArrived)
  await until(() => desk.sent.length === 3)
  t.strictSame(desk.sent, ['1', '1', '2'])
})

t.test('RATE_LIMIT is asked again after a pause of everything', async (t) => {
  const desk = new Desk()
  desk.add('general')
  desk.refuse('1', 'RATE_LIMIT')
  desk.followed.add('other')
  desk.add('other')
  t.strictSame(desk.sent, ['1'])
  await until(() => desk.sent.length === 2)
  t.strictSame(desk.sent, ['1', '1'], 'one at a time: a second one could overtake the first')
  desk.ack('1')
  t.strictSame(desk.sent, ['1', '1', '2'])
})

t.test('any other refusal is the answer', async (t) => {
  const desk = new Desk()
  const call = desk.add('general')
  desk.refuse('1', 'FORBIDDEN')
  await t.rejects(call.answer, { name: 'RefusedError', code: 'FORBIDDEN', message: 'no' })
  const once = desk.add(undefined, { repeats: false })
  desk.refuse('2', 'UNAVAILABLE')
  await t.rejects(once.answer, { code: 'UNAVAILABLE' }, 'the caller has to know')
  const volatile = desk.add('general', { isVolatile: true, repeats: false })
  desk.refuse('3', 'RATE_LIMIT')
  t.equal(await volatile.answer, undefined)
})

t.test('what is asked about topics goes first, and a room that is returned to is not joined before that', async (t) => {
  const desk = new Desk()
  desk.isOpen = false
  desk.returning.add('general')
  desk.add('general', { needsRoom: false, needsReturn: true })
  desk.add(undefined)
  desk.add(undefined, { repeats: false, isUrgent: true })
  desk.isOpen = true
  desk.outbox.flush()
  t.strictSame(desk.sent, ['3', '2'])
  desk.returning.clear()
  desk.outbox.flush()
  t.strictSame(desk.sent, ['3', '2', '1'])
})

t.test('what is too old when the connection is there again is not said any more', async (t) => {
  const desk = new Desk({ maxAgeMs: 1 })
  desk.isOpen = false
  const call = desk.add('general')
  await until(() => Date.now() > call.madeAt + 1)
  desk.isOpen = true
  desk.outbox.flush()
  await t.rejects(call.answer, { code: 'TIMEOUT' })
  t.strictSame(desk.sent, [])
})

t.test('what a guest has said may be there, but another guest cannot ask', async (t) => {
  const desk = new Desk()
  const said = desk.add('general', { isByUser: true })
  desk.isOpen = false
  desk.outbox.lost()
  const waiting = desk.add('general', { isByUser: true })
  desk.outbox.userChanged()
  await t.rejects(said.answer, { code: 'CONNECTION_LOST' })
  desk.isOpen = true
  desk.outbox.flush()
  t.strictSame(desk.sent, ['1', waiting.envelope.id])
})

t.test('leaving a room is possible with a full queue', async (t) => {
  const desk = new Desk({ messages: 1 })
  desk.isOpen = false
  desk.add('general')
  t.ok(desk.add('general', { isUnbounded: true }))
})

t.test('the queue has an end in messages and in bytes', async (t) => {
  const desk = new Desk({ messages: 2 })
  desk.isOpen = false
  desk.add('general')
  const second = desk.add('general')
  t.throws(() => desk.add('general'), { name: 'QueueFullError', code: 'QUEUE_FULL' })
  desk.outbox.abandon(second, new Error('no longer'))
  await t.rejects(second.answer, /no longer/)
  t.ok(desk.add('general'))
  const small = new Desk({ bytes: 200 })
  small.isOpen = false
  small.add('general', {}, 'x'.repeat(100))
  t.throws(() => small.add('general', {}, 'x'.repeat(100)), { code: 'QUEUE_FULL' })
})

t.test('a message that is too large is refused before it is sent, also where the limit is only known then', async (t) => {
  const desk = new Desk()
  desk.outbox.maxSize = 100
  t.throws(() => desk.add('general', {}, 'ä'.repeat(50)), { name: 'TooLargeError', code: 'MESSAGE_TOO_LARGE', limit: 100 })
  desk.outbox.maxSize = 65_536
  desk.isOpen = false
  const call = desk.add('general', {}, 'x'.repeat(200))
  desk.isOpen = true
  desk.outbox.maxSize = 100
  desk.outbox.flush()
  await t.rejects(call.answer, { name: 'TooLargeError', code: 'MESSAGE_TOO_LARGE', limit: 100 })
})

t.test('what has waited for too long is given up, and says whether it may have arrived', async (t) => {
  const desk = new Desk({ maxAgeMs: 10 })
  const sent = desk.add('general')
  desk.isOpen = false
  const kept = desk.add('general')
  desk.outbox.isOverdue(Date.now() + 100)
  await t.rejects(sent.answer, { name: 'TimeoutError', code: 'TIMEOUT', mayHaveArrived: true })
  await t.rejects(kept.answer, { name: 'TimeoutError', code: 'TIMEOUT', mayHaveArrived: false })
})

t.test('an answer that the protocol owes is overdue, one of the application is not', async (t) => {
  const desk = new Desk({}, 50)
  desk.add(undefined, { isPrompt: false })
  t.notOk(desk.outbox.isOverdue(Date.now() + 100))
  desk.add('general')
  t.ok(desk.outbox.isOverdue(Date.now() + 100))
  desk.outbox.pardon(Date.now() + 90)
  t.notOk(desk.outbox.isOverdue(Date.now() + 100))
})

t.test('the same id is the same message, or none', async (t) => {
  const desk = new Desk()
  const make = (payload: string): Call => callOf({ type: 'publish', id: 'order-1', room: 'general', payload }, PUBLISHING)
  const first = desk.outbox.add(make('a'))
  t.equal(desk.outbox.add(make('a')), first)
  t.throws(() => desk.outbox.add(make('b')), { code: 'INVALID_PAYLOAD' })
  t.strictSame(desk.sent, ['order-1'])
})

t.test('only so many wait for answers at once, more while all goes well, one by one when the service warns', async (t) => {
  const desk = new Desk()
  for (let index = 0; index < 60; index += 1) desk.add('general')
  t.equal(desk.sent.length, 16)
  for (let id = 1; id <= 32; id += 1) desk.ack(String(id))
  t.equal(desk.sent.length, 32 + 17)
  desk.outbox.slowDown(1)
  for (let id = 33; id < 49; id += 1) desk.ack(String(id))
  t.equal(desk.sent.length, 49, 'one is on its way')
  desk.ack('49')
  await until(() => desk.sent.length === 50)
  desk.ack('50')
  t.equal(desk.sent.length, 51)
})

function callOf (envelope: Envelope, rules: CallRules): Call {
  return new Call(envelope, rules, JSON.stringify(envelope))
}
