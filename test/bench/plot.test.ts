import t, { type Test } from 'tap'
import type { HubName } from '../../bench/hubs.ts'
import type { Measurement } from '../../bench/measure.ts'
import { drawBars } from '../../bench/plot/bar-chart.ts'
import { drawScene } from '../../bench/plot/draw-scene.ts'
import { drawLines, niceStep } from '../../bench/plot/line-chart.ts'
import { element, text } from '../../bench/plot/svg.ts'
import { allScenes } from '../../bench/scenes.ts'
import { Summary } from '../../bench/summary.ts'
import { sampleReport, sampleServer } from './sample-report.ts'

t.test('text and attributes cannot break out of the markup', async (t) => {
  t.equal(text('a < b & "c"', 1, 2), '<text x="1" y="2">a &#60; b &#38; &#34;c&#34;</text>')
  t.equal(element('g', { id: '"><script>' }), '<g id="&#34;&#62;&#60;script&#62;"/>')
})

t.test('bars are as long as their values are large', async (t) => {
  const svg = drawBars('CPU', [bar('wshub', 1), bar('ws', 10), bar('fastify', 5)])
  const widths = [...svg.matchAll(/class="fill\d" x="124" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width))
  t.strictSame(widths, [50, 500, 250])
  checkMarkup(t, svg)
})

t.test('bars of nothing but zeros can be drawn', async (t) => {
  const svg = drawBars('lost', [bar('wshub', 0)])
  t.notMatch(svg, /NaN|Infinity/)
  checkMarkup(t, svg)
})

t.test('points are placed by the logarithm of x, and by y from zero', async (t) => {
  const svg = drawLines({ title: 'CPU', xTitle: 'members' }, [{ label: 'ws', points: [[10, 0], [100, 2], [1_000, 4]] }])
  t.match(svg, 'd="M64 280L380 196.8L696 113.6"')
  checkMarkup(t, svg)
})

t.test('a chart of a single point can be drawn', async (t) => {
  t.notMatch(drawLines({ title: 'CPU', xTitle: 'members' }, [{ label: 'ws', points: [[10, 3]] }]), /NaN|Infinity/)
})

t.test('ticks are numbers that people count in and reach the top', async (t) => {
  for (const [top, step] of [[7.3, 2], [0.61, 0.2], [10, 2], [0.9, 0.2], [1_200, 250]] as const) {
    t.ok(Math.abs(niceStep(top) - step) < 1e-9, `${top}: ${niceStep(top)}`)
  }
})

t.test('colours change with the page, the ground with them', async (t) => {
  const svg = drawBars('CPU', [bar('wshub', 1)])
  t.match(svg, /\.ground\{fill:#ffffff\}[^]*@media\(prefers-color-scheme:dark\)\{[^]*\.ground\{fill:#0d1117\}/)
})

t.test('a scene with steps is drawn as lines, another one as bars', async (t) => {
  const [a1, growth] = [sceneOf('a1'), sceneOf('g')]
  t.match(drawScene({ scene: a1, summary: new Summary([measured('wshub', ''), measured('ws', '')]) }), /<rect class="fill1"/)
  t.match(drawScene({ scene: growth, summary: new Summary([measured('wshub', '10'), measured('wshub', '1000')]) }), /<path class="line0" d="M64/)
})

function bar (label: string, value: number): { label: string, value: number, written: string } {
  return { label, value, written: String(value) }
}

function measured (hub: HubName, step: string): Measurement {
  return { hub, step, round: 1, outcome: sampleReport({ server: sampleServer(2) }) }
}

function sceneOf (name: string): ReturnType<typeof allScenes>[number] {
  const scene = allScenes({ people: 2, script: [{ speaker: 0, text: 'hi' }] }).find((each) => each.name === name)
  if (scene === undefined) throw new Error(`no scene ${name}`)
  return scene
}

/** Every element that is opened is closed, in the right order. */
function checkMarkup (t: Test, svg: string): void {
  const open: string[] = []
  for (const [, slash, name = '', end] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (slash === '/') t.equal(open.pop(), name)
    else if (end !== '/') open.push(name)
  }
  t.strictSame(open, [])
}
