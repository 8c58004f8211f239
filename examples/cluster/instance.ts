import type { ChildProcess } from 'node:child_process'
import { launchService, type Service } from '../replay/service.ts'

/** One running service of a cluster. */
export interface ClusterInstance {
  /** `http://127.0.0.1:port` */
  readonly address: string
  readonly process: ChildProcess
  readonly pid: number
}

/** Instances that were started together. */
export interface Instances {
  readonly all: readonly ClusterInstance[]
  /** Drains those that still run, all at once, and waits until they are gone. */
  stop: () => Promise<void>
}

/**
 * Starts so many services with the same settings, each on a free port.
 * @throws {Error} when one does not come up; the others are ended then
 */
export async function startInstances (count: number, settings: NodeJS.ProcessEnv): Promise<Instances> {
  const starts = Array.from({ length: count }, () => launchService(settings, { ownGroup: true }))
  const outcomes = await Promise.allSettled(starts)
  const services = outcomes.flatMap((outcome) => outcome.status === 'fulfilled' ? [outcome.value] : [])
  const stop = async () => { await Promise.all(services.map((service) => service.stop())) }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) return { all: services.map(toInstance), stop }
  await stop()
  throw failed.reason
}

function toInstance ({ address, process }: Service): ClusterInstance {
  return { address, process, pid: process.pid ?? 0 }
}
