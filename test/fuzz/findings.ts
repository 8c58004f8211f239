import { caseName, type Case } from './options.ts'

/** Something that must not happen. */
export interface Finding {
  /** In a few words; the same for the same fault. */
  readonly what: string
  readonly detail?: string
  /** The connection on which it was seen, if on one. */
  readonly case?: Case
  /** What was sent on it last, oldest first. */
  readonly inputs?: readonly Buffer[]
}

const MAX_SHOWN_BYTES = 8_192
/** So many findings end a run: more of them would say no more. */
const ENOUGH = 20

/** What was found so far. */
export class Findings {
  readonly #all: Finding[] = []
  readonly #onFinding: (text: string) => void

  /** `onFinding` is told of each in full. */
  constructor (onFinding: (text: string) => void = () => {}) {
    this.#onFinding = onFinding
  }

  get all (): readonly Finding[] {
    return this.#all
  }

  /** True when a run has no reason to go on. */
  get areEnough (): boolean {
    return this.#all.length >= ENOUGH
  }

  /** Notes one. */
  add (finding: Finding): void {
    if (this.areEnough) return
    this.#all.push(finding)
    this.#onFinding(describe(finding))
  }
}

/** A finding in full: what to repeat it with, and what was sent. */
export function describe ({ what, detail = '', case: where, inputs = [] }: Finding): string {
  const lines = inputs.flatMap((input) => [`  sent as hex: ${shown(input.toString('hex'))}`, `  sent as text: ${shown(JSON.stringify(input.toString('latin1')))}`])
  return [`FINDING: ${what}${where === undefined ? '' : ` (--only ${caseName(where)})`}`, ...detail === '' ? [] : [`  ${detail}`], ...lines].join('\n')
}

function shown (text: string): string {
  return text.length <= MAX_SHOWN_BYTES ? text : `${text.slice(0, MAX_SHOWN_BYTES)}… (${text.length} characters)`
}
