import { median } from '../load/samples.ts'
import type { ContenderName } from './contenders.ts'
import type { Figures } from './measure.ts'
import type { Reading, Task } from './run.ts'

/** What all rounds say together. */
export class Readings {
  readonly #readings: readonly Reading[]

  constructor (readings: readonly Reading[]) {
    this.#readings = readings
  }

  /** The contenders, in the order they were measured. */
  get contenders (): ContenderName[] {
    return [...new Set(this.#readings.map(({ contender }) => contender))]
  }

  /** The median of a figure over the rounds. */
  figure (task: Task, contender: ContenderName, name: keyof Figures): number {
    return median([...this.#byRound(task, contender, name).values()])
  }

  /** The median of what wshub's figure is of another's in the same round. */
  ratio (task: Task, contender: ContenderName, name: keyof Figures): number {
    const ours = this.#byRound(task, 'wshub', name)
    return median([...this.#byRound(task, contender, name)].map(([round, theirs]) => (ours.get(round) ?? Number.NaN) / theirs))
  }

  #byRound (task: Task, contender: ContenderName, name: keyof Figures): Map<number, number> {
    const readings = this.#readings.filter((one) => one.task === task && one.contender === contender)
    return new Map(readings.map(({ round, figures }) => [round, figures[name]]))
  }
}
