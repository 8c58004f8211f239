import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { BackOff } from '../../client/back-off.ts'
import { Emitter } from '../../client/emitter.ts'
import { HubError } from '../../client/errors.ts'
import { Members } from '../../client/members.ts'
import { MessageQueue } from '../../client/message-queue.ts'
import { OwnIds } from '../../client/own-ids.ts'
import { RoomState } from '../../client/room-state.ts'
import type { Message, Person } from '../../client/protocol.ts'
import { TypingNotices } from '../../client/typing.ts'
import { until } from '../helper.ts'
import { projectRoot } from '../support/project-root.ts'

const ada: Person = { id: 'ada', name: 'Ada' }
const bob: Person = { id: 'bob', name: 'Bob' }
const never = (): void => {}

t.test('pauses are drawn from zero to a bound that doubles up to its most', async (t) => {
  const backOff = new BackOff({ firstMs: 1_000, mostMs: 30_000 })
  for (const bound of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    const pause = backOff.next()
    t.ok(pause >= 0 && pause <= bound)
  }
  t.equal(backOff.failures, 7)
})

t.test('full jitter: many who lost the same service spread evenly', async (t) => {
  const pauses = Array.from({ length: 2_000 }, () => new BackOff({ firstMs: 1_000, mostMs: 30_000 }).next())
  const tenths = Array.from({ length: 10 }, (_, tenth) => pauses.filter((pause) => Math.floor(pause / 100) === tenth).length)
  t.ok(tenths.every((count) => count > 120 && count < 280), tenths.join())
})

t.test('a connection counts as a success when it came about, and for the pauses when it lasted', async (t) => {
  const backOff = new BackOff({ firstMs: 1, mostMs: 1_024 })
  for (let step = 0; step < 8; step += 1) backOff.next()
  backOff.opened()
  t.equal(backOff.failures, 0)
  backOff.next()
  t.equal(backOff.failures, 0, 'its end is no failure')
  const pauses = Array.from({ length: 100 }, () => backOff.next())
  t.ok(Math.max(...pauses) > 64, 'cut right away, it shortens no pause')
})

t.test('a handler that throws stops no other, and is reported', async (t) => {
  const emitter = new Emitter()
  const heard: string[] = []
  const reported = new Promise((resolve) => { process.once('uncaughtException', resolve) })
  emitter.add('news', () => { throw new Error('careless') })
  emitter.add('news', () => { heard.push('second') })
  emitter.emit('news', 1)
  t.strictSame(heard, ['second'])
  t.match(await reported, { message: 'careless' })
})

t.test('handlers are taken off by name, or by a signal', async (t) => {
  const emitter = new Emitter()
  const heard: string[] = []
  const first = (): void => { heard.push('first') }
  const control = new AbortController()
  emitter.add('news', first)
  emitter.add('news', () => { heard.push('second') }, { signal: control.signal })
  emitter.add('news', () => { heard.push('never') }, { signal: AbortSignal.abort() })
  emitter.emit('news', 1)
  emitter.remove('news', first)
  control.abort()
  emitter.emit('news', 2)
  t.strictSame(heard, ['first', 'second'])
})

t.test('a queue is read to its end, in order', async (t) => {
  const queue = new MessageQueue<number>(undefined, never)
  queue.push(1)
  queue.push(2)
  queue.end()
  queue.push(3)
  const read: number[] = []
  for await (const item of queue) read.push(item)
  t.strictSame(read, [1, 2])
})

t.test('a reader waits for what comes, and an error ends it by throwing, once', async (t) => {
  const queue = new MessageQueue<number>(undefined, never)
  const first = queue.next()
  queue.push(1)
  t.match(await first, { value: 1 })
  const second = queue.next()
  queue.end(new Error('the room is gone'))
  await t.rejects(second, /the room is gone/)
  t.match(await queue.next(), { done: true })
})

t.test('a reader that is far behind is told, not fed', async (t) => {
  const queue = new MessageQueue<number>(undefined, never)
  for (let index = 0; index < 10_002; index += 1) queue.push(index)
  let count = 0
  await t.rejects(async () => { for await (const item of queue) count += item >= 0 ? 1 : 0 }, { code: 'QUEUE_FULL' })
  t.equal(count, 10_000)
})

t.test('a reader ends with its signal, and says that it is done', async (t) => {
  const control = new AbortController()
  let count = 0
  const queue = new MessageQueue<number>(control.signal, () => { count += 1 })
  const waiting = queue.next()
  control.abort(new Error('enough'))
  await t.rejects(waiting, /enough/)
  t.equal(count, 1)
  await t.rejects(new MessageQueue<number>(AbortSignal.abort(new Error('already')), never).next(), /already/)
})

t.test('leaving a loop ends one that waits, and says so', async (t) => {
  let isDone = false
  const queue = new MessageQueue<number>(undefined, () => { isDone = true })
  const waiting = queue.next()
  t.match(await queue.return(), { done: true })
  t.match(await waiting, { done: true })
  t.ok(isDone)
})

t.test('what was said under an own id is one\'s own by its sender alone', async (t) => {
  const ids = new OwnIds()
  const id = ids.next()
  const message = (sender: string, id: string): Message => ({ type: 'message', payload: null, timestamp: '', id, sender: { id: sender, name: sender } })
  ids.addUser('ada')
  ids.add('order-1')
  t.ok(ids.isOwn(message('ada', id)) && ids.isOwn(message('ada', 'order-1')))
  t.notOk(ids.isOwn(message('mallory', id)) || ids.isOwn(message('mallory', 'order-1')) || ids.isOwn(message('ada', 'order-2')))
  for (let index = 0; index < 1_000; index += 1) ids.add(`later-${index}`)
  t.notOk(ids.isOwn(message('ada', 'order-1')), 'only so many are kept in mind')
})

t.test('lists tell who came and went since the last whole one; a notice that came meanwhile is newer', async (t) => {
  const members = new Members()
  t.strictSame(members.list({ users: [ada], count: 1 }), { joined: [], left: [] }, 'the first tells of nobody')
  t.strictSame(members.list({ users: [bob], count: 1 }), { joined: [bob], left: [ada] })
  t.strictSame(members.list({ users: [ada], count: 2_000, truncated: true }), { joined: [], left: [] }, 'one that is cut off tells nothing')
  t.equal(members.count, 2_000)
  members.list({ users: [bob], count: 1 })
  members.note(ada, true)
  t.strictSame(members.list({ users: [bob], count: 1 }, Date.now() - 1_000), { joined: [], left: [] })
  t.strictSame(members.all, [bob, ada])
})

t.test('what comes after a room is closed is its end', async (t) => {
  const room = new RoomState('general')
  room.close()
  t.match(await room.read(undefined).next(), { done: true })
  const other = new RoomState('general')
  other.close(new HubError('FORBIDDEN', 'no'))
  await t.rejects(other.read(undefined).next(), { code: 'FORBIDDEN' })
})

t.test('a message type that is named as an event of rooms is not taken for one', async (t) => {
  const room = new RoomState('general')
  const heard: unknown[] = []
  room.emitter.add('closed', (event) => { heard.push(event) })
  room.take(notice('closed', 'by an application'))
  t.strictSame(heard, [])
})

t.test('typing is told as often as the service passes it on, and its last state in any case', async (t) => {
  const told: boolean[] = []
  const notices = new TypingNotices((isTyping) => { told.push(isTyping) })
  for (const isTyping of [true, true, false, false, true, false]) notices.set(isTyping)
  t.strictSame(told, [true, false])
  notices.set(true)
  await until(() => told.length === 3)
  t.strictSame(told, [true, false, true])
})

t.test('errors keep their names in a bundle', async (t) => {
  const { outputFiles: [bundle] } = await build({ entryPoints: [join(projectRoot, 'client', 'index.ts')], bundle: true, minify: true, format: 'esm', write: false })
  const sdk = await import(`data:text/javascript;base64,${Buffer.from(bundle?.contents ?? '').toString('base64')}`)
  t.equal(String(new sdk.RefusedError('FORBIDDEN', 'no')), 'RefusedError: no')
  t.equal(new sdk.ClosedError(1000, 'closed').name, 'ClosedError')
})

t.test('what is said reaches handlers and readers, other types their own handlers', async (t) => {
  const room = new RoomState('general')
  const heard: string[] = []
  room.emitter.add('message', ({ type }: Message) => { heard.push(type) })
  room.emitter.add('order.updated', ({ type }: Message) => { heard.push(type) })
  room.emitter.add('typing', ({ isTyping }: { isTyping: boolean }) => { heard.push(String(isTyping)) })
  const reader = room.read(undefined)
  for (const type of ['new_message', 'message', 'order.updated']) room.take(notice(type, { content: type }))
  room.take({ ...notice('user_typing', { is_typing: true }), sender: bob })
  t.strictSame(heard, ['new_message', 'message', 'order.updated', 'true'])
  room.close()
  const read: string[] = []
  for await (const { type } of reader) read.push(type)
  t.strictSame(read, ['new_message', 'message'])
})

function notice (type: string, payload: unknown): Message {
  return { type, room: 'general', payload, timestamp: '' }
}
