import t from 'tap'
import { Throughput } from '../../src/metrics/throughput.ts'
import { until } from '../helper.ts'

t.test('what grows is told per second, whoever has asked before', async (t) => {
  const totals = { in: 100, out: 0 }
  const throughput = new Throughput(() => totals, 20)
  t.teardown(() => throughput.stop())
  totals.out = 1_000
  await until(() => throughput.perSecond()['out'] !== 0)
  const { in: received, out = 0 } = throughput.perSecond()
  t.equal(received, 0)
  t.ok(out > 0)
  t.ok((throughput.perSecond()['out'] ?? 0) > 0, 'asking takes nothing away')
})

t.test('what was long ago counts no more', async (t) => {
  const totals = { in: 0 }
  const throughput = new Throughput(() => totals, 1)
  t.teardown(() => throughput.stop())
  totals.in = 10
  await until(() => (throughput.perSecond()['in'] ?? 0) > 0)
  await until(() => throughput.perSecond()['in'] === 0)
  t.equal(totals.in, 10)
})

t.test('once stopped it looks no more', async (t) => {
  let looks = 0
  const throughput = new Throughput(() => ({ in: looks++ }), 1)
  await until(() => looks > 2)
  throughput.stop()
  const seen = looks
  await new Promise((resolve) => { setImmediate(resolve) })
  t.equal(looks, seen)
})
