import type { GeneratorMessage } from './generator.ts'
import { runLoad, type LoadOptions } from './load/load.ts'

/** The load generator's own process: takes one load from its parent, tells how it goes, and ends. */
process.once('message', (options: LoadOptions) => { start(options) })
process.once('disconnect', () => process.exit())

async function start (options: LoadOptions): Promise<void> {
  try {
    const report = await runLoad(options, (phase, done, total) => tellProgress(phase, done, total))
    tell({ kind: 'report', report }, () => process.disconnect())
  } catch (error) {
    tell({ kind: 'problem', text: error instanceof Error ? error.message : String(error) }, () => process.disconnect())
  }
}

const PROGRESS_PERIOD_MS = 250
let toldAtMs = 0

function tellProgress (phase: string, done: number, total: number): void {
  const nowMs = performance.now()
  if (nowMs - toldAtMs < PROGRESS_PERIOD_MS) return
  toldAtMs = nowMs
  tell({ kind: 'progress', text: `${phase} ${done}/${total}` })
}

function tell (message: GeneratorMessage, done: () => void = () => {}): void {
  process.send?.(message, done)
}
