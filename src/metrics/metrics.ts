import type { Registry } from 'prom-client'
import type { Metric } from './metric.ts'

/** What Prometheus is told. Nothing is loaded or watched for it before it asks for the first time. */
export class Metrics {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'
  readonly #declare: () => readonly Metric[]
  #registries: Promise<Registry[]> | undefined

  /** `declare` is called once, when the metrics are asked for the first time. */
  constructor (declare: () => readonly Metric[]) {
    this.#declare = declare
  }

  /** All metrics as text, those of the process behind those of the hub. */
  async text (): Promise<string> {
    this.#registries ??= this.#open()
    const texts = await Promise.all((await this.#registries).map(async (registry) => await registry.metrics()))
    return texts.join('\n')
  }

  async #open (): Promise<Registry[]> {
    const { processRegistry, registryOf } = await import('./registry.ts')
    return [registryOf(this.#declare()), processRegistry()]
  }
}
