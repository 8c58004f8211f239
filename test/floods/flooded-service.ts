import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { SECRET, type Teardown } from '../helper.ts'
import { cliPath } from '../support/cli-process.ts'
import type { HeldMemory } from './memory-reporter.ts'

const reporter = new URL('./memory-reporter.js', import.meta.url).href
const KIB = 1_024

/** The service as a process of its own, with default settings, whose memory can be looked at. */
export class FloodedService {
  /** `http://127.0.0.1:port` */
  readonly address: string
  readonly #child: ChildProcess

  constructor (address: string, child: ChildProcess) {
    this.address = address
    this.#child = child
  }

  /** What it holds now, after a collection of garbage. */
  async held (): Promise<HeldMemory> {
    const answered = once(this.#child, 'message')
    this.#child.send('memory')
    const [memory] = await answered
    return memory
  }

  /** Resident memory at this moment, bytes. */
  async resident (): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB
  }

  /** Connections that are open, by its own account. */
  async clients (): Promise<number> {
    const response = await fetch(`${this.address}/health`)
    const { clients }: { clients: number } = await response.json()
    return clients
  }

  /** True as long as it has not ended. */
  get isRunning (): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }
}

/** Starts the service with these settings beside the defaults; ends it with the test. */
export async function startFlooded (t: Teardown, settings: Record<string, string> = {}): Promise<FloodedService> {
  const env = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'fatal', NODE_ENV: 'production', JWT_SECRET: SECRET, ...settings }
  const child = spawn(process.execPath, ['--import', reporter, cliPath, 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  t.teardown(() => child.kill('SIGKILL'))
  if (child.stdout === null) throw new Error('expected an output')
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening on (http:\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    child.stdout.resume()
    return new FloodedService(address, child)
  }
  throw new Error('the service ended before it was listening')
}
