import type { OnProgress } from './crowd.ts'
import { LoadRun } from './load-run.ts'
import { planLoad, type LoadOptions } from './options.ts'
import type { LoadReport } from './report.ts'

export type { OnProgress } from './crowd.ts'
export { formatLoadReport } from './format-load-report.ts'
export { loadRanges, maxPublishers, planLoad, type LoadOptions, type ScriptLine, type Traffic } from './options.ts'
export { readUsage } from './process-usage.ts'
export { RefusedError, type Refusal } from './refused-error.ts'
export type { LoadReport } from './report.ts'

/**
 * Puts a load on a running hub and measures what comes of it. Rejects when the options cannot be, a handshake or join
 * is refused, a connection ends early, or the signal says to stop. Nothing is left open then.
 */
export async function runLoad (options: LoadOptions, onProgress: OnProgress = () => {}, signal?: AbortSignal): Promise<LoadReport> {
  const run = new LoadRun(planLoad(options), onProgress)
  try {
    return await run.measure(signal)
  } finally {
    await run.close()
  }
}
