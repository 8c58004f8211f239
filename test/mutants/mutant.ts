/** A place in a compiled file, and what is put there instead. */
export interface Edit {
  /** Path below `dist`. */
  readonly file: string
  /** Must stand there exactly once. */
  readonly text: string
  readonly put: string
}

/** One control taken out of the service. */
export interface Mutant {
  /** For `--only`. */
  readonly name: string
  /** What the control is about; several mutants share one. */
  readonly control: string
  /** What is missing without it, as a line of the table. */
  readonly removed: string
  /** More than one where a second line of defence stands behind the first. */
  readonly edits: readonly Edit[]
  /** Test files below `dist/test`, without `.test.js`: at least one of their tests has to fail. */
  readonly tests: readonly string[]
}

/** What became of a mutant. `stale`: its text is not there any more, or its tests fail without it too. */
export interface Verdict {
  readonly mutant: Mutant
  readonly outcome: 'red' | 'survived' | 'stale'
  /** Title of the test that failed, or why the mutant is stale; empty for one that survived. */
  readonly detail: string
}

/** What stands at a place of a compiled file, and what is put there instead. */
export function edit (file: string, text: string, put: string): Edit {
  return { file, text, put }
}

/** A mutant of a control: its name, what is missing, the tests that have to notice, and how it is made. */
export function taken (name: string, removed: string, tests: readonly string[], ...edits: readonly Edit[]): Omit<Mutant, 'control'> {
  return { name, removed, tests, edits }
}

/** The mutants of one control. */
export function control (title: string, mutants: ReadonlyArray<Omit<Mutant, 'control'>>): Mutant[] {
  return mutants.map((mutant) => ({ control: title, ...mutant }))
}

/** The text of a file with a mutant in it; throws where its place is not there exactly once. */
export function withEdit (source: string, { file, text, put }: Edit): string {
  const count = source.split(text).length - 1
  if (count !== 1) throw new Error(`${file} has ${count} times: ${text}`)
  return source.replace(text, () => put)
}
