import { figures, type FigureName } from './figures.ts'
import type { HubName } from './hubs.ts'
import { median } from './load/samples.ts'
import { isReport, type Measurement } from './measure.ts'

/** What all rounds say together. */
export class Summary {
  readonly #measurements: readonly Measurement[]

  constructor (measurements: readonly Measurement[]) {
    this.#measurements = measurements
  }

  /** The hubs that were measured, in the order they were. */
  get hubs (): HubName[] {
    return [...new Set(this.#measurements.map(({ hub }) => hub))]
  }

  /** The median of a figure over all rounds; undefined when no round has it. */
  figure (name: FigureName, step: string, hub: HubName): number | undefined {
    return medianOf([...this.#byRound(name, step, hub).values()])
  }

  /** The median of what a hub's figure is of another's in the same round. */
  ratio (name: FigureName, step: string, hub: HubName, peer: HubName): number | undefined {
    const ours = this.#byRound(name, step, hub)
    const ratios = [...this.#byRound(name, step, peer)].map(([round, theirs]) => (ours.get(round) ?? Number.NaN) / theirs)
    return medianOf(ratios.filter(Number.isFinite))
  }

  /** What went wrong with a hub, each once. */
  problems (step: string, hub: HubName): string[] {
    const outcomes = this.#of(step, hub).map(({ outcome }) => outcome)
    return [...new Set(outcomes.flatMap((outcome) => isReport(outcome) ? [] : [outcome.problem]))]
  }

  /** The hubs that a condition of a report holds for in at least one round. */
  hubsWhere (condition: (report: Extract<Measurement['outcome'], { seconds: number }>) => boolean): HubName[] {
    return this.hubs.filter((hub) => this.#measurements.some((each) => each.hub === hub && isReport(each.outcome) && condition(each.outcome)))
  }

  #byRound (name: FigureName, step: string, hub: HubName): Map<number, number> {
    const values = new Map<number, number>()
    for (const { round, outcome } of this.#of(step, hub)) {
      const value = isReport(outcome) ? figures[name].of(outcome) : undefined
      if (value !== undefined) values.set(round, value)
    }
    return values
  }

  #of (step: string, hub: HubName): Measurement[] {
    return this.#measurements.filter((each) => each.step === step && each.hub === hub)
  }
}

function medianOf (values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values)
}
