import t from 'tap'
import type { HubName } from '../../bench/hubs.ts'
import type { Measurement } from '../../bench/measure.ts'
import { Summary } from '../../bench/summary.ts'
import { sampleReport, sampleServer } from './sample-report.ts'

t.test('a figure is the median of its rounds', async (t) => {
  const summary = new Summary([measured('ws', 1, 6), measured('ws', 2, 9), measured('ws', 3, 7)])
  t.equal(summary.figure('cpuPerDelivery', '', 'ws'), 7)
  t.equal(summary.figure('cpuPerDelivery', '', 'wshub'), undefined)
})

t.test('a ratio is the median of the ratios of each round, not the ratio of the medians', async (t) => {
  const summary = new Summary([
    measured('wshub', 1, 1), measured('ws', 1, 10),
    measured('wshub', 2, 2), measured('ws', 2, 8),
    measured('wshub', 3, 3), measured('ws', 3, 6)
  ])
  t.equal(summary.ratio('cpuPerDelivery', '', 'wshub', 'ws'), 0.25)
})

t.test('a round in which one of the two failed says nothing about their ratio', async (t) => {
  const summary = new Summary([
    measured('wshub', 1, 1), failed('ws', 1, 'connection 3 ended'),
    measured('wshub', 2, 2), measured('ws', 2, 8)
  ])
  t.equal(summary.ratio('cpuPerDelivery', '', 'wshub', 'ws'), 0.25)
  t.strictSame(summary.problems('', 'ws'), ['connection 3 ended'])
  t.strictSame(summary.problems('', 'wshub'), [])
})

t.test('steps are kept apart, and so are hubs', async (t) => {
  const summary = new Summary([{ ...measured('ws', 1, 6), step: '10' }, { ...measured('ws', 1, 8), step: '100' }, measured('wshub', 1, 1)])
  t.equal(summary.figure('cpuPerDelivery', '10', 'ws'), 6)
  t.equal(summary.figure('cpuPerDelivery', '100', 'ws'), 8)
  t.strictSame(summary.hubs, ['ws', 'wshub'])
})

t.test('a condition is met by a hub that one round of meets it', async (t) => {
  const busy = { step: '', hub: 'ws', round: 2, outcome: sampleReport({ loadCpuShare: 1 }) } as const
  const summary = new Summary([measured('ws', 1, 6), busy, measured('wshub', 1, 1)])
  t.strictSame(summary.hubsWhere(({ loadCpuShare }) => loadCpuShare > 0.9), ['ws'])
})

function measured (hub: HubName, round: number, cpuPerDeliveryUs: number): Measurement {
  return { step: '', hub, round, outcome: sampleReport({ server: sampleServer(cpuPerDeliveryUs) }) }
}

function failed (hub: HubName, round: number, problem: string): Measurement {
  return { step: '', hub, round, outcome: { problem } }
}
