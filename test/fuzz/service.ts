import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SECRET, type Teardown } from '../helper.ts'
import { projectRoot } from '../support/project-root.ts'
import type { Findings } from './findings.ts'
import type { ServiceMessage } from './service-main.ts'

/** What a service holds at a moment when nobody but the witnesses is connected. */
export interface Holdings {
  readonly descriptors: number
  /** After garbage collection: heap and buffers, bytes. */
  readonly heapBytes: number
  readonly connections: number
}

/** Settings under which the service is fuzzed. */
export type Profile = 'unlimited' | 'default'

/** So long a client may take for its handshake. */
export const HANDSHAKE_TIMEOUT_MS = 2_000
const program = join(projectRoot, 'dist', 'test', 'fuzz', 'service-main.js')

/** Short, so that what is kept for those who come back does not hide what is kept by mistake. */
const common = { HOST: '127.0.0.1', PORT: '0', JWT_SECRET: SECRET, WS_HANDSHAKE_TIMEOUT: `${HANDSHAKE_TIMEOUT_MS}ms`, WS_HISTORY_TTL: '2s', WS_POSITION_TTL: '2s', WS_PRESENCE_GRACE: '100ms' }
const profiles: Readonly<Record<Profile, NodeJS.ProcessEnv>> = {
  unlimited: { LOG_LEVEL: 'error', WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', WS_INVALID_JSON_BUDGET: '1000000', WS_CLIENT_BROADCAST: 'admin' },
  // All that is logged is made, though nobody reads it.
  default: { LOG_LEVEL: 'debug' }
}

/** The service under test: a process of its own, which must neither end nor report a fault of its own. */
export class FuzzedService {
  readonly profile: Profile
  port = 0
  readonly #child: ChildProcess
  readonly #findings: Findings
  #errors = ''
  #isToEnd = false

  constructor (profile: Profile, findings: Findings) {
    this.profile = profile
    this.#findings = findings
    // The heap is too small for a leak. Half of the time would be spent on stacks of errors, of which there is one for nearly every input.
    this.#child = spawn(process.execPath, ['--max-old-space-size=1024', '--stack-trace-limit=2', program], { env: { PATH: process.env.PATH, ...common, ...profiles[profile] }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child.stderr?.on('data', (chunk: Buffer) => { this.#errors = (this.#errors + chunk.toString()).slice(-4_000) })
    this.#child.on('message', (message: ServiceMessage) => { if (message.kind === 'fault') findings.add({ what: 'the service reported a fault', detail: message.line }) })
    this.#child.once('exit', (code, signal) => this.#onExit(signal ?? code))
  }

  /** True until the process has ended. */
  get isAlive (): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Waits until it listens. */
  async start (): Promise<void> {
    const { port } = await this.#next('listening')
    this.port = port
  }

  /** What it holds now. */
  async holdings (): Promise<Holdings> {
    const [{ heapBytes, connections }, descriptors] = [await this.#measure(), await readdir(`/proc/${this.#child.pid}/fd`)]
    return { heapBytes, connections, descriptors: descriptors.length }
  }

  async stop (): Promise<void> {
    this.#isToEnd = true
    if (!this.isAlive) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  async #measure (): Promise<ServiceMessage & { readonly kind: 'measured' }> {
    const measured = this.#next('measured')
    this.#child.send('measure')
    return await measured
  }

  async #next<K extends ServiceMessage['kind']> (kind: K): Promise<ServiceMessage & { readonly kind: K }> {
    const isWanted = (message: ServiceMessage): message is ServiceMessage & { readonly kind: K } => message.kind === kind
    return await new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`the service has ended: ${this.#errors}`))
      const onMessage = (message: ServiceMessage): void => {
        if (!isWanted(message)) return
        this.#child.off('message', onMessage)
        this.#child.off('exit', onExit)
        resolve(message)
      }
      this.#child.on('message', onMessage)
      this.#child.once('exit', onExit)
    })
  }

  #onExit (how: string | number | null): void {
    if (!this.#isToEnd) this.#findings.add({ what: 'the service ended by itself', detail: `${how}: ${this.#errors}` })
  }
}

/** Starts the service; ends it with the test. */
export async function startFuzzed (t: Teardown, profile: Profile, findings: Findings): Promise<FuzzedService> {
  const service = new FuzzedService(profile, findings)
  t.teardown(() => service.stop())
  await service.start()
  return service
}
