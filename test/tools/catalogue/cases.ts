/** A run of cases, by the beginning of their ids, the first and the last number. */
interface Run {
  readonly prefix: string
  readonly first: number
  readonly last: number
}

/** Malformed input, authentication, abuse, broken links, lifecycle, and the holes that the parts we stand on have by default. */
const RUNS: readonly Run[] = [
  { prefix: 'a', first: 1, last: 23 },
  { prefix: 'b', first: 1, last: 23 },
  { prefix: 'c', first: 1, last: 19 },
  { prefix: 'd', first: 14, last: 16 },
  { prefix: 'f', first: 1, last: 11 },
  { prefix: 'M', first: 1, last: 22 }
]

/** Faults of what stands behind the hub, and load: other tests and runs are named after them, but nobody has to be. */
const OTHER_RUNS: readonly Run[] = [{ prefix: 'd', first: 1, last: 24 }, { prefix: 'e', first: 1, last: 11 }]

/** What a title begins with when it names cases: ids with commas between them, and a colon. */
const NAMED = /^((?:[abcdefM]\d+, )*[abcdefM]\d+): /

/** The ids of all cases that a test or a row of the record has to answer for, in order. */
export const CASES: readonly string[] = RUNS.flatMap(idsOf)
/** All ids that a title may begin with. */
export const KNOWN_CASES: ReadonlySet<string> = new Set([...RUNS, ...OTHER_RUNS].flatMap(idsOf))

/** The cases that a test is named after: `a4, M7: a header claims 2^63 bytes` is of two. */
export function casesOf (title: string): string[] {
  return NAMED.exec(title)?.[1]?.split(', ') ?? []
}

/** False for the text of a test file in which no title names a case; true says nothing. */
export function mayNameCases (source: string): boolean {
  return /['`"](?:[abcdefM]\d+, )*[abcdefM]\d+: /.test(source)
}

function idsOf ({ prefix, first, last }: Run): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`)
}
