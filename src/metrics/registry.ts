import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metric, ReadMetric, SampledMetric } from './metric.ts'

/** A registry that reads the metrics when it is asked for them. */
export function registryOf (metrics: readonly Metric[]): Registry {
  const registry = new Registry()
  for (const metric of metrics) registry.registerMetric(collectorOf(metric))
  return registry
}

let ofProcess: Registry | undefined

/** The metrics of the process: memory, processor time, event loop, collections of garbage. Watched from the first time on that anybody asks; one for all. */
export function processRegistry (): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

function collectorOf (metric: Metric): Counter | Gauge | Histogram {
  if (metric.type === 'histogram') return histogramOf(metric)
  return metric.type === 'counter' ? counterOf(metric) : gaugeOf(metric)
}

function counterOf ({ name, help, labels = [], read }: ReadMetric): Counter {
  return new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [],
    collect () {
      this.reset()
      for (const { labels, value } of samplesOf(read())) this.inc(labels, value)
    }
  })
}

function gaugeOf ({ name, help, labels = [], read }: ReadMetric): Gauge {
  return new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [],
    collect () {
      this.reset()
      for (const { labels, value } of samplesOf(read())) this.set(labels, value)
    }
  })
}

function samplesOf (values: ReturnType<ReadMetric['read']>) {
  return typeof values === 'number' ? [{ labels: {}, value: values }] : values
}

function histogramOf ({ name, help, buckets, sample }: SampledMetric): Histogram {
  return new Histogram({
    name,
    help,
    buckets: [...buckets],
    registers: [],
    async collect () {
      const value = await sample()
      if (value !== undefined) this.observe(value)
    }
  })
}
