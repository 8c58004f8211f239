import { startHub } from './hub-process.ts'
import { hubs, type HubName } from './hubs.ts'
import { generate } from './generator.ts'
import type { LoadReport } from './load/load.ts'
import type { SceneLoad } from './scene.ts'

/** One hub in one step of one round: a report, or what went wrong. */
export interface Measurement {
  readonly step: string
  readonly hub: HubName
  readonly round: number
  readonly outcome: LoadReport | { readonly problem: string }
}

/** Starts a hub, puts a load on it and ends it. Never rejects: a hub that fails is a result too. */
export async function measure (name: HubName, load: SceneLoad, onProgress: (text: string) => void): Promise<Measurement['outcome']> {
  const { wire, secret } = hubs[name]
  try {
    const hub = await startHub(hubs[name])
    try {
      return await generate({ ...load, url: hub.urls, wire, serverPid: hub.pids, ...(secret !== undefined && { secret }) }, onProgress)
    } finally {
      await hub.stop()
    }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Whether a measurement has a report. */
export function isReport (outcome: Measurement['outcome']): outcome is LoadReport {
  return !('problem' in outcome)
}
