import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import { Lease } from '../../src/relay/redis/lease.ts'
import { defaultRedisTimings } from '../../src/relay/redis/timings.ts'
import { recordLogs } from '../support/log-recorder.ts'

/** Answers of a store, in turn: whether the lease holds and the mark of the store, or that there is none. */
type Step = readonly [holds: 0 | 1, store: string] | 'away'

/** A lease on a store that answers as told. */
function leaseOn (steps: readonly Step[], clockAheadMs = 0) {
  const left = [...steps]
  const asked: string[] = []
  const runner = {
    isReady: true,
    run: async (_script: unknown, _keys: readonly string[], [lease, what]: readonly unknown[]) => {
      asked.push(`${String(what)} ${String(lease)}`)
      const step = left.shift() ?? 'away'
      if (step === 'away') throw new HubError('UNAVAILABLE', 'away')
      return [Date.now() + clockAheadMs, ...step, 5, 1, String(lease)]
    }
  }
  const { logger } = recordLogs()
  return { asked, lease: new Lease({ nodeId: 'n', runner, keys: new Keys('hub', 1), timings: defaultRedisTimings, connections: () => 0, logger }) }
}

t.test('a lease is begun, renewed when asked to, and looked at otherwise', async (t) => {
  const { lease, asked } = leaseOn([[1, 's'], [1, 's'], [1, 's']])
  t.equal(lease.isHeld, false)
  await lease.beat()
  t.equal(lease.isHeld, true)
  await lease.beat()
  await lease.beat(true)
  t.same(asked, ['begin n#1', 'look n#1', 'renew n#1'])
  t.same([lease.nodes, lease.connectionsElsewhere, lease.isLive('n#1')], [['n'], 5, true])
})

t.test('a lease that was lost is told once a new one has begun, however long that takes', async (t) => {
  const { lease, asked } = leaseOn([[1, 's'], [0, 's'], 'away', 'away', [1, 's'], [1, 's']])
  await lease.beat()
  for (let attempt = 0; attempt < 2; attempt += 1) await t.rejects(lease.beat(true), { code: 'UNAVAILABLE' })
  t.equal(lease.isHeld, false)
  t.match(await lease.beat(), { begunAgain: { storeIsNew: false } })
  t.match(await lease.beat(), { begunAgain: undefined })
  t.same(asked, ['begin n#1', 'renew n#1', 'begin n#2', 'begin n#2', 'begin n#2', 'look n#2'])
})

t.test('another store is told from a lease that ran out', async (t) => {
  const { lease } = leaseOn([[1, 's'], [1, 'other'], [1, 'other']])
  await lease.beat()
  t.match(await lease.beat(true), { begunAgain: { storeIsNew: true } })
})

t.test('what may be the time of the way is no difference of the clocks, more than that is', async (t) => {
  for (const ahead of [0, 3_000, -3_000]) {
    const { lease } = leaseOn([[1, 's']], ahead)
    await lease.beat()
    t.ok(Math.abs(lease.clockAheadMs - ahead) < 1_000, `${lease.clockAheadMs}`)
    t.ok(ahead !== 0 || lease.clockAheadMs === 0)
  }
})
