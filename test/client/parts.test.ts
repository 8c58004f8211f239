import { join } from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { orAborted } from '../../client/abort.ts'
import { BackOff } from '../../client/back-off.ts'
import { Emitter } from '../../client/emitter.ts'
import { MessageQueue } from '../../client/message-queue.ts'
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

t.test('waiting ends with its signal', async (t) => {
  const control = new AbortController()
  const waiting = orAborted(new Promise(() => {}), control.signal)
  control.abort(new Error('enough'))
  await t.rejects(waiting, /enough/)
  await t.rejects(orAborted(Promise.resolve(1), AbortSignal.abort(new Error('already'))), /already/)
  t.equal(await orAborted(Promise.resolve(1), new AbortController().signal), 1)
})

t.test('a queue is read to its end, in order', async (t) => {
  const queue = new MessageQueue<number>()
  queue.push(1)
  queue.push(2)
  queue.end()
  queue.push(3)
  const read: number[] = []
  for await (const item of queue.read(undefined, never)) read.push(item)
  t.strictSame(read, [1, 2])
})

t.test('a reader waits for what comes, and an error ends it by throwing', async (t) => {
  const queue = new MessageQueue<number>()
  const reader = queue.read(undefined, never)
  const first = reader.next()
  queue.push(1)
  t.match(await first, { value: 1 })
  const second = reader.next()
  queue.end(new Error('the room is gone'))
  await t.rejects(second, /the room is gone/)
})

t.test('a reader that is far behind is told, not fed', async (t) => {
  const queue = new MessageQueue<number>()
  for (let index = 0; index < 10_002; index += 1) queue.push(index)
  let count = 0
  await t.rejects(async () => { for await (const item of queue.read(undefined, never)) count += item >= 0 ? 1 : 0 }, { code: 'QUEUE_FULL' })
  t.equal(count, 10_000)
})

t.test('a reader ends with its signal, and says that it is done', async (t) => {
  const queue = new MessageQueue<number>()
  const control = new AbortController()
  let isDone = false
  const reader = queue.read(control.signal, () => { isDone = true })
  const waiting = reader.next()
  control.abort(new Error('enough'))
  await t.rejects(waiting, /enough/)
  t.ok(isDone)
})

t.test('a room knows who is in it; a new list tells who came and went', async (t) => {
  const room = new RoomState('general')
  const heard: string[] = []
  room.emitter.add('joined', ({ id }: Person) => { heard.push(`+${id}`) })
  room.emitter.add('left', ({ id }: Person) => { heard.push(`-${id}`) })
  room.list({ users: [ada], count: 1 })
  t.strictSame(heard, [], 'the first list tells of nobody')
  room.take(notice('user_joined', bob))
  room.take(notice('user_left', ada))
  t.strictSame(room.members, [bob])
  t.equal(room.count, 1)
  room.list({ users: [ada], count: 1 })
  t.strictSame(heard, ['+bob', '-ada', '+ada', '-bob'])
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
