import { setImmediate as endOfTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { endText } from '../../src/hub/expiry.ts'
import { connect } from '../client.ts'
import { until } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, startHub } from '../support/test-hub.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** What the end of a token may be late, ms; a slow machine is slow. */
const LATE_MS = 1_000
/** No sweep helps. */
const alone = { timings: { sweepIntervalMs: 10 * HOUR_MS } }

/** Sets the wall clock forward, or back, until it is restored. */
function setClock (t: Test, byMs: number): { restore: () => void } {
  const { now } = Date
  return t.intercept(Date, 'now', { value: () => now() + byMs })
}

t.test('a client is told before its token ends, and closed with 1008 when it does, without any sweep', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 1_000, ...alone })
  const expiresAtMs = Date.now() + 1_500
  const ada = await enter(t, service, 'ada', { expiresAtMs })
  t.same((await ada.next('token_expiring')).payload, { expires_at: new Date(expiresAtMs).toISOString() })
  t.ok(Date.now() >= expiresAtMs - 1_000)
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  const lateMs = Date.now() - expiresAtMs
  t.ok(lateMs >= 0 && lateMs < LATE_MS, `${lateMs} ms late`)
  t.same(ada.inbox, [], 'told once')
})

t.test('where less than the time of the notice is left, it comes right behind the greeting', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: HOUR_MS, ...alone })
  const expiresAtMs = Date.now() + 60_000
  const clients = [1, 2].map(() => connect(t, service.address, { path: `/?user=ada&exp=${expiresAtMs}` }))
  for (const client of clients) {
    t.same([(await client.next()).type, (await client.next()).type], ['connected', 'token_expiring'])
    t.same(await client.drain(), [], 'once')
  }
})

t.test('the notice waits for a greeting that has to wait', async (t) => {
  const gate = makeGate()
  const relay = new SlowRelay(async (operation) => { await (operation === 'position' ? gate.opened : endOfTurn()) })
  const service = await startHub(t, { relay, expiryNoticeMs: HOUR_MS, ...alone })
  const ada = connect(t, service.address, { path: `/?user=ada&exp=${Date.now() + 60_000}` })
  await until(() => service.hub.size === 1)
  gate.open()
  t.same([(await ada.next()).type, (await ada.next()).type], ['connected', 'token_expiring'])
})

t.test('all whose tokens end together are told and closed together, who has gone is not missed', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 700, ...alone })
  const expiresAtMs = Date.now() + 1_500
  const clients = await Promise.all(['a', 'b', 'c', 'd'].map((user) => enter(t, service, user, { expiresAtMs })))
  await clients.pop()?.close()
  for (const client of clients) {
    await client.next('token_expiring')
    t.equal((await client.closed).code, 1008)
    t.same(client.inbox, [])
  }
  t.equal(service.hub.size, 0)
})

t.test('each is told and closed at its own time, whatever the order of arrival', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 300, ...alone })
  const start = Date.now()
  const ends: string[] = []
  await Promise.all([1_600, 1_200, 1_400].map(async (afterMs) => {
    const client = await enter(t, service, `after-${afterMs}`, { expiresAtMs: start + afterMs })
    t.equal((await client.next('token_expiring')).payload['expires_at'], new Date(start + afterMs).toISOString())
    await client.closed
    ends.push(`after-${afterMs}`)
  }))
  t.same(ends, ['after-1200', 'after-1400', 'after-1600'])
})

t.test('a guest is neither told nor closed, nor is anybody told where no notice is wanted', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 0, ...alone })
  const guest = await enter(t, service, 'guest')
  const ada = await enter(t, service, 'ada', { expiresAtMs: Date.now() + 100 })
  t.equal((await ada.closed).code, 1008)
  t.same(ada.inbox, [])
  t.same(await guest.drain(), [])
})

t.test('b11: a connection whose token has ended before it was there is closed at once, and told nothing', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 1_000, ...alone })
  const ada = connect(t, service.address, { path: `/?user=ada&exp=${Date.now() - 1}` })
  t.equal((await ada.closed).code, 1008)
  t.same(ada.inbox, [])
})

t.test('b11: nothing is delivered after the end, also while the timer is late', async (t) => {
  const service = await startHub(t, alone)
  const ada = await enter(t, service, 'ada', { expiresAtMs: Date.now() + HOUR_MS })
  const bob = await enter(t, service, 'bob')
  setClock(t, 2 * HOUR_MS)
  t.equal((await service.hub.broadcast({ type: 'news' })).recipients, 1)
  t.equal((await ada.closed).code, 1008)
  t.same(ada.inbox, [])
  t.ok(await bob.next('news'))
})

t.test('to whom somebody publishes all the time, nothing comes that is younger than the end of its token', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 50, ...alone })
  const expiresAtMs = Date.now() + 800
  const ada = await enter(t, service, 'ada', { expiresAtMs })
  while (ada.socket.readyState === ada.socket.OPEN) {
    await service.hub.toUser('ada', { type: 'news' })
    await endOfTurn()
  }
  t.equal((await ada.closed).code, 1008)
  const stamps = ada.inbox.filter(({ type }) => type === 'news').map(({ timestamp }) => Date.parse(timestamp))
  t.ok(stamps.length > 10)
  t.ok(Math.max(...stamps) < expiresAtMs)
})

t.test('where the clock is set forward, the sweep sees what has ended', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 1_000, timings: { sweepIntervalMs: 10 } })
  const ada = await enter(t, service, 'ada', { expiresAtMs: Date.now() + HOUR_MS })
  const bob = await enter(t, service, 'bob', { expiresAtMs: Date.now() + DAY_MS })
  setClock(t, 2 * HOUR_MS)
  t.equal((await ada.closed).code, 1008)
  t.same(await bob.drain(), [])
})

t.test('where the clock is set back, a token lives as long as that says, and nobody is told twice', async (t) => {
  const service = await startHub(t, { expiryNoticeMs: 60_000, ...alone })
  const ada = await enter(t, service, 'ada', { expiresAtMs: Date.now() + 1_000 })
  await ada.next('token_expiring')
  const clock = setClock(t, -HOUR_MS)
  // Without the clock it would be closed by now.
  const bob = await enter(t, service, 'bob', { expiresAtMs: Date.now() + 1_200 })
  await bob.closed
  t.same(await ada.drain(), [])
  clock.restore()
  await service.hub.broadcast({ type: 'news' })
  t.equal((await ada.closed).code, 1008)
  t.same(ada.inbox, [])
})

t.test('one timer serves all, and an end beyond Node\'s longest timer makes none run wild', async (t) => {
  const service = await startHub(t, alone)
  const live = new Set<unknown>()
  let count = 0
  const { setTimeout: set, clearTimeout: clear } = globalThis
  // Those of the expiry are the only ones that last.
  t.intercept(globalThis, 'setTimeout', {
    value: (run: () => void, ms: number) => {
      const timer = set(run, ms)
      if (ms <= 60_000 && ms > 30_000) { live.add(timer); count += 1 }
      return timer
    }
  })
  t.intercept(globalThis, 'clearTimeout', { value: (timer: NodeJS.Timeout) => { live.delete(timer); clear(timer) } })
  const warnings: unknown[] = []
  const onWarning = (warning: unknown): void => { warnings.push(warning) }
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  for (const [index, days] of [300, 200, 100, 100, Number.MAX_SAFE_INTEGER].entries()) {
    await enter(t, service, `u${index}`, { expiresAtMs: Math.min(Date.now() + days * DAY_MS, Number.MAX_SAFE_INTEGER) })
  }
  t.equal(live.size, 1)
  t.equal(count, 3, 'set anew for a nearer end only')
  t.same(warnings, [])
  t.equal(service.hub.size, 5)
})

t.test('an end is told in UTC with milliseconds, and one beyond all calendars as the last there is', async (t) => {
  t.equal(endText(Date.UTC(2030, 0, 2, 3, 4, 5)), '2030-01-02T03:04:05.000Z')
  t.equal(endText(1_500.7), '1970-01-01T00:00:01.500Z')
  t.equal(endText(Number.MAX_SAFE_INTEGER), '+275760-09-13T00:00:00.000Z')
})
