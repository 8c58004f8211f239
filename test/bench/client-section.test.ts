import t from 'tap'
import { formatClientSection, type ClientResult } from '../../bench/client/section.ts'
import type { ContenderName } from '../../bench/client/contenders.ts'
import type { Reading } from '../../bench/client/run.ts'

const NAMES: readonly ContenderName[] = ['wshub', 'WebSocket']

const RESULT: ClientResult = {
  environment: { date: '2026-01-02', node: 'v20.0.0', cores: 2, cpu: 'a CPU', system: 'linux 6', command: 'npm run bench:client -- --rounds 3' },
  chromium: '156.0.1.2',
  versions: { 'socket.io-client': '4.8.4', centrifuge: '5.8.0' },
  rounds: 3,
  messages: 20_000,
  sizes: [{ name: 'wshub', minified: 24_000, gzip: 8_000, brotli: 7_000 }, { name: 'centrifuge', minified: 96_000, gzip: 20_000, brotli: 14_000 }],
  readings: [...readingsOf(1, 1), ...readingsOf(2, 3), ...readingsOf(3, 2)]
}

/** wshub is as fast as `factor` says; the other one always the same. */
function readingsOf (round: number, factor: number): Reading[] {
  return NAMES.flatMap((contender) => (['receiving', 'sending 32', 'sending 1000'] as const).map((task) => {
    const perSecond = contender === 'wshub' ? 10_000 * factor : 40_000
    return { task, contender, round, figures: { perSecond, scriptUs: 5 * factor, mainThreadUs: 12.5, mainThreadShare: contender === 'wshub' ? 0.95 : 0.5 } }
  }))
}

t.test('a section says with what it was measured', async (t) => {
  const lines = formatClientSection(RESULT).split('\n')
  t.equal(lines[0], '## client: the client library in Chromium')
  t.equal(lines[2], '2026-01-02, Chromium 156.0.1.2, socket.io-client 4.8.4, centrifuge 5.8.0, Node v20.0.0, 2 cores (a CPU), linux 6, 3 rounds: `npm run bench:client -- --rounds 3`')
})

t.test('sizes stand beside each other, and the goal is judged', async (t) => {
  const text = formatClientSection(RESULT)
  t.match(text, '| library | minified | gzip | brotli |\n| --- | ---: | ---: | ---: |\n| wshub | 24,000 | 8,000 | 7,000 |\n| centrifuge | 96,000 (0.25) | 20,000 (0.40) | 14,000 (0.50) |\n')
  t.match(text, '- gzip: at most 10,240: met, 8,000\n')
  t.match(formatClientSection({ ...RESULT, sizes: [{ name: 'wshub', minified: 1, gzip: 10_241, brotli: 1 }] }), '- gzip: at most 10,240: **missed**, 10,241\n')
})

t.test('figures are medians, and ratios are taken within a round', async (t) => {
  const text = formatClientSection(RESULT)
  t.match(text, '| library | messages, /s | script per message, µs | main thread per message, µs | main thread, % CPU |\n| --- | ---: | ---: | ---: | ---: |\n| wshub | 20,000 | 10.00 | 12.50 | 95 |\n| WebSocket | 40,000 (0.50) | 10.00 (1.00) | 12.50 (1.00) | 50 |\n')
  t.match(text, /1,000 said at once:\n\n\| library \| acknowledged, \/s \|/)
  t.match(text, /\nSending: 2,000 messages of \d+ characters /)
  t.match(text, /\nFor WebSocket the page's main thread was not the limit/)
})

t.test('nothing is said of other limits where the main thread is the limit', async (t) => {
  const readings = RESULT.readings.map((reading) => ({ ...reading, figures: { ...reading.figures, mainThreadShare: 0.9 } }))
  t.notMatch(formatClientSection({ ...RESULT, readings }), /not the limit/)
})
