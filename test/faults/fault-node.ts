import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { launchService, type Service } from '../../examples/replay/service.ts'
import { until, type Teardown } from '../helper.ts'
import { freePort } from '../support/free-port.ts'

const READY_CHECK_MS = 100
const HEALTH_TIMEOUT_MS = 1_000

/** Told when a node ends that nobody has ended. */
export type OnCrash = (what: string) => void

/** A service as a process of its own, whose fate a test decides. Its port outlives its restarts. */
export class FaultNode {
  /** `http://127.0.0.1:port` */
  readonly address: string
  readonly #settings: NodeJS.ProcessEnv
  readonly #onCrash: OnCrash
  #service: Service
  #isToEnd = false

  constructor (settings: NodeJS.ProcessEnv, service: Service, onCrash: OnCrash) {
    this.address = service.address
    this.#settings = settings
    this.#onCrash = onCrash
    this.#service = this.#watched(service)
  }

  /** Where clients connect. */
  get socketUrl (): string {
    return `${this.address.replace('http', 'ws')}/ws`
  }

  get pid (): number {
    return this.#service.process.pid ?? 0
  }

  /** Stops the process where it is; connections stay. */
  freeze (): void {
    this.#service.process.kill('SIGSTOP')
  }

  thaw (): void {
    this.#service.process.kill('SIGCONT')
  }

  /** Ends the process at once, frozen or not; waits until it is gone. */
  async kill (): Promise<void> {
    this.#isToEnd = true
    const { process } = this.#service
    if (process.exitCode !== null || process.signalCode !== null) return
    const exited = once(process, 'exit')
    process.kill('SIGKILL')
    await exited
  }

  /** Lets it drain and end. */
  async stop (): Promise<void> {
    this.#isToEnd = true
    await this.#service.stop()
  }

  /** Starts it again after {@link kill} or {@link stop}; waits until it is ready, which takes Redis. */
  async start (): Promise<void> {
    this.#service = this.#watched(await launchService(this.#settings, { ownGroup: true }))
    await this.whenReady()
  }

  async whenReady (): Promise<void> {
    await until(() => this.#isReady(), READY_CHECK_MS)
  }

  /** Resident memory, bytes. */
  async memory (): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  }

  #watched (service: Service): Service {
    this.#isToEnd = false
    service.process.once('exit', (code, signal) => { if (!this.#isToEnd) this.#onCrash(`the node at ${this.address} ended by itself: ${signal ?? code}`) })
    return service
  }

  async #isReady (): Promise<boolean> {
    try {
      const { ok } = await fetch(`${this.address}/health/ready`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
      return ok
    } catch {
      return false
    }
  }
}

/** Starts a node with these settings; ends it with the test. */
export async function startNode (t: Teardown, settings: NodeJS.ProcessEnv, onCrash: OnCrash): Promise<FaultNode> {
  const placed = { ...settings, PORT: String(await freePort()) }
  const node = new FaultNode(placed, await launchService(placed, { ownGroup: true }), onCrash)
  t.teardown(() => node.kill())
  await node.whenReady()
  return node
}
