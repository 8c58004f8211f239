import { CASES, casesOf, KNOWN_CASES } from './cases.ts'

/** A line of the record: cases without a test of their own, and where they live instead or why they cannot be one. */
export interface Row {
  readonly ids: readonly string[]
  readonly reason: string
}

/** What became of the cases. */
export interface CatalogueAccount {
  /** Neither named by a test nor recorded. */
  readonly open: readonly string[]
  /** Ids that no case has, or that stand in two places. */
  readonly faults: readonly string[]
}

/**
 * Reads the table of the record: `| a1 | reason |`, several ids with commas between them.
 * @throws {Error} naming the line that has no ids or no reason
 */
export function readRows (markdown: string): Row[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\| (?:cases|---)|^\|-/.test(line))
  return lines.map((line) => {
    const [ids = '', reason = '', ...rest] = line.slice(1, -1).split('|').map((cell) => cell.trim())
    const isIds = /^(?:[a-zA-Z]\d+, )*[a-zA-Z]\d+$/.test(ids)
    if (!isIds || reason === '' || rest.length > 0) throw new Error(`needs cases and a reason: ${line}`)
    return { ids: ids.split(', '), reason }
  })
}

/** Compares the cases with the titles of the tests and the record. */
export function accountOf (titles: readonly string[], rows: readonly Row[]): CatalogueAccount {
  const tested = new Set(titles.flatMap(casesOf))
  const recorded = rows.flatMap(({ ids }) => ids)
  return {
    open: CASES.filter((id) => !tested.has(id) && !recorded.includes(id)),
    faults: [
      ...[...tested, ...recorded].filter((id) => !KNOWN_CASES.has(id)).map((id) => `${id}: no such case`),
      ...recorded.filter((id) => tested.has(id)).map((id) => `${id}: a test is named after it, so its row has to go`),
      ...recorded.filter((id, index) => recorded.indexOf(id) !== index).map((id) => `${id}: twice in the record`)
    ]
  }
}
