import t from 'tap'
import { formatFinding, formatJson, formatSummary, worstOf } from '../../src/cli/doctor/report.ts'
import { formatSpread, spreadOf } from '../../src/cli/doctor/spread.ts'

const good = { check: 'tls', status: 'ok', value: 'fine' } as const
const bad = { check: 'upgrade', status: 'failed', value: 'HTTP 502', advice: 'Start it. '.repeat(20).trim() } as const

t.test('a finding is a line, its advice stands below and is not said twice', async (t) => {
  t.same(formatFinding(good, new Set()), ['ok       tls            fine'])
  const [first, ...advice] = formatFinding(bad, new Set())
  t.equal(first, 'failed   upgrade        HTTP 502')
  t.ok(advice.length > 1)
  t.ok(advice.every((line) => line.startsWith(' '.repeat(24)) && line.length < 140))
  t.same(formatFinding(bad, new Set([bad.advice])).slice(1), [`${' '.repeat(24)}As above.`])
})

t.test('the worst finding is that of the whole, and all are counted', async (t) => {
  t.equal(worstOf([good]), 'ok')
  t.equal(worstOf([good, { ...bad, status: 'warning' }]), 'warning')
  t.equal(worstOf([bad, good]), 'failed')
  t.equal(worstOf([{ ...good, status: 'skipped' }]), 'ok')
  t.equal(formatSummary([good, bad]), 'ok 1, warning 0, failed 1, skipped 0')
  t.match(JSON.parse(formatJson('ws://a/ws', [good, bad])), { url: 'ws://a/ws', status: 'failed', counts: { ok: 1, failed: 1 }, checks: [good, bad] })
})

t.test('a spread is that of the nearest ranks', async (t) => {
  const spread = spreadOf(Array.from({ length: 20 }, (_, index) => 20 - index))
  t.same(spread, { min: 1, median: 10, p95: 19, max: 20 })
  t.equal(formatSpread(spread), 'min 1.0 ms, median 10 ms, p95 19 ms, max 20 ms')
})
