import t from 'tap'
import type { HubName } from '../../bench/hubs.ts'
import type { LoadReport } from '../../bench/load/load.ts'
import type { Measurement } from '../../bench/measure.ts'
import { allScenes } from '../../bench/scenes.ts'
import { formatSection, type SceneResult } from '../../bench/section.ts'
import { Summary } from '../../bench/summary.ts'
import { sampleReport, sampleServer } from './sample-report.ts'

const environment = { date: '2030-01-02', node: 'v20.0.0', cores: 2, cpu: 'Some CPU', system: 'linux 6', command: 'npm run bench -- --scene a16' }
const scenes = allScenes({ people: 3, script: [{ speaker: 0, text: 'hi' }] })

t.test('a section tells where, when and how it was measured', async (t) => {
  const section = sectionOf('a16', [measured('wshub', {})])
  t.match(section, /^## a16: 1 room of 1,000, one member publishing, 16 in flight\n/)
  t.match(section, '2030-01-02, Node v20.0.0, 2 cores (Some CPU), linux 6, 3 rounds: `npm run bench -- --scene a16`')
})

t.test('each figure of a peer has wshub\'s ratio to it, those without comparison have none', async (t) => {
  const section = sectionOf('a16', [measured('wshub', {}), measured('ws', { server: sampleServer(6), deliveriesPerSecond: 149_850 })])
  t.match(section, '| wshub | 0.60 | 1,498,500 | 5.00 | 9.00 | 0 | 99 | 70 |')
  t.match(section, '| ws | 6.00 (0.10) | 149,850 (10.00) | 5.00 (1.00) | 9.00 (1.00) | 0 | 99 | 70 |')
})

t.test('goals are judged by the ratio, or by the figure itself', async (t) => {
  const section = sectionOf('a16', [measured('wshub', {}), measured('ws', { server: sampleServer(4) })])
  t.match(section, '- server CPU per delivery: at most 0.125 of ws: **missed**, 0.15')
  t.match(section, '- server CPU per delivery: at most 0.125 of socket.io: not measured')
  t.match(section, '- deliveries: at least 1,200,000: met, 1,500,000')
})

t.test('two nodes are held against one node and against the other hub\'s two', async (t) => {
  const section = sectionOf('r16', [
    measured('wshub', { server: sampleServer(1) }),
    measured('wshub+redis', { server: sampleServer(1.5), latencyMs: latency(18) }),
    measured('socket.io+redis', { server: sampleServer(10), latencyMs: latency(90) })
  ])
  t.match(section, '| wshub+redis | 1.50 | 1,498,500 | 5.00 | 18.00 | 0 |')
  t.match(section, '| wshub | 1.00 (1.50) | 1,498,500 (1.00) | 5.00 (1.00) | 9.00 (2.00) | 0 |')
  t.match(section, '| socket.io+redis | 10.00 (0.15) | 1,498,500 (1.00) | 5.00 (1.00) | 90.00 (0.20) | 0 |')
  t.match(section, 'In brackets: wshub+redis\'s figure divided by this one')
  t.match(section, '- server CPU per delivery: at most 0.25 of socket.io+redis: met, 0.15')
})

t.test('with history is held against without, on one node and on two', async (t) => {
  const section = sectionOf('h1', [
    measured('wshub', using(0.6)),
    measured('no-history', using(0.5)),
    measured('wshub+redis', using(1.8)),
    measured('no-history+redis', using(1.2))
  ])
  t.match(section, '| wshub | 60.0 | 10,000 |')
  t.match(section, '| no-history | 50.0 (1.20) | 10,000 (1.00) |')
  t.match(section, '| wshub+redis | 180.0 | 10,000 |')
  t.match(section, '| no-history+redis | 120.0 (1.50) | 10,000 (1.00) |')
  t.match(section, 'In brackets: wshub\'s figure divided by no-history\'s, wshub+redis\'s figure divided by no-history+redis\'s, in the same round.')
})

t.test('only what was measured is said to be divided', async (t) => {
  const section = sectionOf('h1', [measured('wshub', using(0.6)), measured('no-history', using(0.5)), measured('wshub+redis', using(1.8))])
  t.match(section, 'In brackets: wshub\'s figure divided by no-history\'s, in the same round.')
  t.notMatch(sectionOf('h1', [measured('wshub', using(0.6)), measured('wshub+redis', using(1.8))]), /In brackets/)
})

t.test('without messages none has a cost', async (t) => {
  t.match(sectionOf('h1', [measured('wshub', { messagesPerSecond: 0 })]), '| wshub | – | 0 |')
})

t.test('two nodes that use more than a quarter of the other hub\'s CPU, or lose a message, miss the goal', async (t) => {
  const section = sectionOf('r16', [
    measured('wshub+redis', { server: sampleServer(3), lost: 1 }),
    measured('socket.io+redis', { server: sampleServer(10) })
  ])
  t.match(section, '- server CPU per delivery: at most 0.25 of socket.io+redis: **missed**, 0.3')
  t.match(section, '- lost: at most 0: **missed**, 1')
  t.match(section, '- out of order or astray: at most 0: met, 0')
})

t.test('growth is judged between two steps of wshub', async (t) => {
  const at = (step: string, cpu: number) => ({ ...measured('wshub', { server: sampleServer(cpu) }), step })
  const section = sectionOf('g', [at('10', 1), at('1000', 0.5), at('15000', 0.6)])
  t.match(section, '| 15000 | wshub | 0.60 |')
  t.match(section, '- server CPU per delivery at 15000 against 1000: at most 1.3: met, 1.2')
})

t.test('what disturbs a figure is told', async (t) => {
  const section = sectionOf('a1', [
    measured('wshub', { loadCpuShare: 0.98, server: { ...sampleServer(1), cpuShare: 0.5 } as LoadReport['server'] }),
    measured('ws', { otherCpuShare: 0.4 }),
    { step: '', hub: 'fastify', round: 1, outcome: { problem: 'connection 7 ended: cut off' } }
  ])
  t.match(section, 'The load generator was the limit for wshub')
  t.match(section, /Other processes used more than 15 % of a core in a round of ws:/)
  t.match(section, 'fastify failed in a round: connection 7 ended: cut off.')
  t.match(section, '| fastify | – | – |')
})

t.test('a rate of handshakes that the load could not exceed is told', async (t) => {
  const bound = measured('ws', { handshakeLoadCpuShare: 0.95, handshakesPerSecond: 2_000 })
  t.match(sectionOf('d', [measured('wshub', {}), bound]), 'While connecting, the load generator was the limit for ws:')
  t.notMatch(sectionOf('a16', [bound]), /While connecting/)
})

t.test('with fewer connections than asked for nothing is judged or drawn', async (t) => {
  const section = sectionOf('a16', [measured('wshub', {})], { isFull: false })
  t.notMatch(section, /met|missed|not measured|svg/)
})

function sectionOf (name: string, measurements: readonly Measurement[], different: Partial<SceneResult> = {}): string {
  const scene = scenes.find((each) => each.name === name)
  if (scene === undefined) throw new Error(`no scene ${name}`)
  return formatSection({ scene, summary: new Summary(measurements), rounds: 3, environment, isFull: true, ...different })
}

/** 10,000 messages a second, with a share of a core. */
function using (cpuShare: number): Partial<LoadReport> {
  return { messagesPerSecond: 10_000, server: { cpuShare, cpuPerDeliveryUs: undefined, cpuPerHandshakeUs: undefined, rssPerConnectionKb: 9 } }
}

function latency (p99: number): LoadReport['latencyMs'] {
  return { count: 1_000, p50: 5, p99, p999: 2 * p99, max: 3 * p99 }
}

function measured (hub: HubName, different: Partial<LoadReport>): Measurement {
  return { step: '', hub, round: 1, outcome: sampleReport(different) }
}
