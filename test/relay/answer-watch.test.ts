import t from 'tap'
import { AnswerWatch } from '../../src/relay/redis/answer-watch.ts'
import { until } from '../helper.ts'

const LIMIT_MS = 200
const never = (): Promise<never> => new Promise(() => {})

/** A watch, and which connections it called silent. */
function start (limitMs = LIMIT_MS): { watch: AnswerWatch, silent: string[] } {
  const silent: string[] = []
  return { watch: new AnswerWatch(limitMs, (connection) => silent.push(connection)), silent }
}

t.test('what is answered in time is as if nobody watched', async (t) => {
  const { watch, silent } = start()
  t.equal(await watch.within('a', Promise.resolve(7)), 7)
  await t.rejects(watch.within('a', Promise.reject(new Error('WRONGTYPE'))), { message: 'WRONGTYPE' })
  t.equal(watch.pendingCount, 0)
  t.same(silent, [])
})

t.test('what is not answered is refused after the limit, and its connection told once', async (t) => {
  let now = 1_000
  // All at the same moment, however busy the machine is.
  t.intercept(performance, 'now', { value: () => now })
  const { watch, silent } = start()
  const calls = Promise.allSettled([watch.within('a', never()), watch.within('a', never()), watch.within('b', never())])
  t.equal(watch.pendingCount, 3)
  now += LIMIT_MS
  for (const outcome of await calls) t.match(outcome, { status: 'rejected', reason: { code: 'UNAVAILABLE' } })
  t.same(silent, ['a', 'b'])
  t.equal(watch.pendingCount, 0)
})

t.test('a later call has its own time', async (t) => {
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  const { watch } = start()
  const first = watch.within('a', never())
  now += LIMIT_MS - 1
  let answer = (_text: string): void => {}
  const second = watch.within('a', new Promise<string>((resolve) => { answer = resolve }))
  now += 2
  await t.rejects(first, { code: 'UNAVAILABLE' })
  t.equal(watch.pendingCount, 1)
  answer('second')
  t.equal(await second, 'second')
})

t.test('an answer or an error that comes after the refusal harms nobody', async (t) => {
  const { watch } = start()
  let fail = (_error: Error): void => {}
  await t.rejects(watch.within('a', new Promise((_resolve, reject) => { fail = reject })), { code: 'UNAVAILABLE' })
  fail(new Error('late'))
  t.equal(await watch.within('a', Promise.resolve('next')), 'next')
})

t.test('when the event loop itself was late, what has arrived meanwhile counts as answered', async (t) => {
  const { watch, silent } = start()
  // An answer that lies in the socket is read before the immediates of the turn in which the timers are late.
  const call = watch.within('a', new Promise((resolve) => { setImmediate(() => resolve('read')) }))
  const stalledUntil = performance.now() + 2 * LIMIT_MS
  while (performance.now() < stalledUntil);
  t.equal(await call, 'read')
  t.same(silent, [])
})

t.test('closing ends the waiting of all calls', async (t) => {
  const { watch, silent } = start(60_000)
  const calls = Promise.allSettled([watch.within('a', never()), watch.within('b', never())])
  watch.close()
  for (const outcome of await calls) t.match(outcome, { status: 'rejected', reason: { code: 'UNAVAILABLE' } })
  t.same(silent, [], 'no connection is to blame')
})

t.test('without calls no timer is left', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const { watch } = start()
  await watch.within('a', Promise.resolve())
  await until(() => timers() <= before)
  t.equal(await watch.within('a', Promise.resolve('and again')), 'and again')
})
