import { DOCUMENTS, idsIn, promisesOf } from './promises.ts'
import type { Kind, Row } from './record.ts'

/** What became of the promises of one document; each count is of promises. */
export interface DocumentAccount {
  readonly name: string
  readonly promises: number
  /** Named by the title of a test. */
  readonly fulfilled: number
  readonly settled: number
  readonly notApplicable: number
  readonly open: number
}

/** What became of all promises. */
export interface Account {
  readonly documents: readonly DocumentAccount[]
  /** Ids of promises that are neither fulfilled nor settled nor not applicable. */
  readonly open: readonly string[]
  /** Lines of the record that say how else a promise was settled, or why it does not apply. */
  readonly settled: readonly Row[]
  /** What contradicts itself: ids that nobody promised, or that stand in two places. */
  readonly faults: readonly string[]
}

/** Compares all promises with the titles of the tests and the record. */
export function takeAccount (titles: readonly string[], record: readonly Row[]): Account {
  const fulfilled = new Set(titles.flatMap(idsIn))
  const kinds = new Map(record.flatMap(({ ids, kind }) => ids.map((id) => [id, kind])))
  const isOpen = (id: string): boolean => !fulfilled.has(id) && (kinds.get(id) ?? 'waiting') === 'waiting'
  return {
    documents: DOCUMENTS.map((document) => {
      const ids = promisesOf(document)
      const count = (kind: Kind): number => ids.filter((id) => !fulfilled.has(id) && kinds.get(id) === kind).length
      return {
        name: document.name,
        promises: document.count,
        fulfilled: ids.filter((id) => fulfilled.has(id)).length,
        settled: count('settled'),
        notApplicable: count('not applicable'),
        open: ids.filter(isOpen).length
      }
    }),
    open: DOCUMENTS.flatMap(promisesOf).filter(isOpen),
    settled: record.filter(({ kind }) => kind !== 'waiting'),
    faults: faultsOf(fulfilled, record.flatMap(({ ids }) => ids))
  }
}

function faultsOf (fulfilled: ReadonlySet<string>, recorded: readonly string[]): string[] {
  const promised = new Set(DOCUMENTS.flatMap(promisesOf))
  const twice = recorded.filter((id, index) => recorded.indexOf(id) !== index)
  return [
    ...[...fulfilled, ...recorded].filter((id) => !promised.has(id)).map((id) => `${id}: nobody promised this`),
    ...recorded.filter((id) => fulfilled.has(id)).map((id) => `${id}: named by a test, so its row has to go`),
    ...twice.map((id) => `${id}: twice in the record`)
  ]
}
