import { Progress } from '../examples/replay/progress.ts'
import { figures, formatFigure } from './figures.ts'
import { isReport, measure, type Measurement } from './measure.ts'
import type { BenchOptions } from './options.ts'
import type { Scene, Step } from './scene.ts'
import { scaleLoad } from './scale-load.ts'

/** How a benchmark is run. */
export type RunOptions = Pick<BenchOptions, 'hubs' | 'rounds' | 'seconds' | 'scale'>

/** Measures all hubs in a scene, in turn, round after round, so that what disturbs the machine disturbs all alike. */
export async function runScene (scene: Scene, options: RunOptions, stream: NodeJS.WriteStream): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const step of scene.steps) measurements.push(...await runStep(scene, step, round, { ...options, stream }))
  }
  return measurements
}

async function runStep (scene: Scene, { label, load }: Step, round: number, options: RunOptions & { stream: NodeJS.WriteStream }): Promise<Measurement[]> {
  const { seconds, scale, stream } = options
  const measurements: Measurement[] = []
  for (const hub of options.hubs.filter((name) => scene.hubs.includes(name))) {
    const name = `${scene.name}${label === '' ? '' : ` ${label}`}, round ${round} of ${options.rounds}, ${hub}`
    let status = 'starting'
    const progress = new Progress(stream, () => `${name}: ${status}`)
    const outcome = await measure(hub, scaleLoad({ ...load, seconds }, scale), (text) => { status = text })
    progress.stop()
    stream.write(`${name}: ${describe(scene, outcome)}\n`)
    measurements.push({ step: label, hub, round, outcome })
  }
  return measurements
}

/** The figures of one measurement in a line. */
function describe (scene: Scene, outcome: Measurement['outcome']): string {
  if (!isReport(outcome)) return outcome.problem
  return scene.figures.map((name) => {
    const value = figures[name].of(outcome)
    return `${figures[name].title} ${value === undefined ? '-' : `${formatFigure(name, value)} ${figures[name].unit}`}`.trimEnd()
  }).join(', ')
}
