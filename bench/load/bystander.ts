import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Distribution } from './samples.ts'
import type { WireName } from './wire.ts'

/** Where the bystander connects, and as whom. */
export interface BystanderData {
  readonly url: string
  readonly wire: WireName
  readonly token: string | undefined
  /** Time from a ping to the next, ms; 20 when left out. */
  readonly periodMs?: number
}

/**
 * Somebody who is connected but in no room, and pings. It has a thread of its own: the load is too busy to notice an
 * answer when it comes.
 */
export class Bystander {
  readonly #worker: Worker

  private constructor (worker: Worker) {
    this.#worker = worker
  }

  /** Connects and begins to ping; `onBroken` is told when the connection ends early. */
  static async start (data: BystanderData, onBroken: (error: Error) => void): Promise<Bystander> {
    const worker = new Worker(new URL('./bystander-worker.js', import.meta.url), { workerData: data })
    worker.on('error', onBroken)
    await once(worker, 'message')
    return new Bystander(worker)
  }

  /** How long answers have taken since the last time. */
  async take (): Promise<Distribution | undefined> {
    this.#worker.postMessage('take')
    const [distribution] = await once(this.#worker, 'message')
    return distribution
  }

  async close (): Promise<void> {
    await this.#worker.terminate()
  }
}
