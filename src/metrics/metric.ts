/** One value of a metric, with the values of its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Described {
  /** As Prometheus has it; see its rules for units and endings. */
  readonly name: string
  readonly help: string
}

/** Something that is counted, or stands somewhere, anyway: read when it is asked for, so that it costs nothing in between. */
export interface ReadMetric extends Described {
  /** A counter never goes down but at a restart. */
  readonly type: 'counter' | 'gauge'
  /** Names of the labels that its samples have. */
  readonly labels?: readonly string[]
  readonly read: () => number | readonly Sample[]
}

/** Something of which one sample is taken each time the metrics are asked for. */
export interface SampledMetric extends Described {
  readonly type: 'histogram'
  /** Upper bounds, ascending, in the unit of the name. */
  readonly buckets: readonly number[]
  /** Undefined when there is nothing to measure now. */
  readonly sample: () => Promise<number | undefined>
}

/** A metric: one small declaration. */
export type Metric = ReadMetric | SampledMetric

/** The samples of a metric with one label, from values by what the label says. */
export function by (label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }))
}
