import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithUs, stopChild } from '../replay/child-process.ts'
import { startOnFreePort } from './free-port.ts'
import { untilSays, type ReadableChild } from './output.ts'

const STOP_TIMEOUT_MS = 5_000
const READY = /Ready to accept connections/
const WITHOUT_PERSISTENCE = ['--save', '', '--appendonly', 'no']
const MISSING = [
  'redis-server is not installed. On Debian and Ubuntu: sudo apt-get install redis-server',
  'Or use one that runs already, version 7 or later: --redis redis://HOST:PORT'
].join('\n')

/** The Redis of a cluster. */
export interface ClusterRedis {
  readonly url: string
  /** Undefined when it belongs to somebody else. */
  readonly process: ReadableChild | undefined
  /** Ends it, if it is an own one, and removes its files. */
  stop: () => Promise<void>
}

/** A Redis that runs already and goes on running. */
export function foreignRedis (url: string): ClusterRedis {
  return { url, process: undefined, stop: async () => {} }
}

/**
 * Starts a Redis of our own on a free port of 127.0.0.1, which keeps nothing.
 * @param program file of `redis-server`
 * @throws {Error} when it is not installed (undefined), with what to do, or does not come up
 */
export async function startRedis (program: string | undefined): Promise<ClusterRedis> {
  if (program === undefined) throw new Error(MISSING)
  const folder = await mkdtemp(join(tmpdir(), 'wshub-cluster-redis-'))
  try {
    return await startOnFreePort((port) => launch(program, folder, port))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function launch (program: string, folder: string, port: number): Promise<ClusterRedis> {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...WITHOUT_PERSISTENCE]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  endWithUs(child)
  await untilSays(child, READY)
  const stop = async () => {
    await stopChild(child, STOP_TIMEOUT_MS)
    await rm(folder, { recursive: true, force: true })
  }
  return { url: `redis://127.0.0.1:${port}`, process: child, stop }
}
