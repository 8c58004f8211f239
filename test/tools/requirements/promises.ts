/** A founding document, by the beginning of its ids, its number and how many promises it makes. */
export interface FoundingDocument {
  readonly prefix: string
  readonly name: string
  readonly count: number
}

/** The five documents: S0-01 to S0-139 are the promises of document 000, and so on. */
export const DOCUMENTS: readonly FoundingDocument[] = [
  { prefix: 'S0', name: '000', count: 139 },
  { prefix: 'S1', name: '001', count: 90 },
  { prefix: 'S2', name: '002', count: 83 },
  { prefix: 'S3', name: '003', count: 91 },
  { prefix: 'S4', name: '004', count: 61 }
]

/** How many contradictions between the documents have a resolution: X01 to X50. */
export const CONTRADICTIONS = 50

/** The ids of all promises of a document, in order. */
export function promisesOf ({ prefix, count }: FoundingDocument): string[] {
  return Array.from({ length: count }, (_, index) => idOf(prefix, index + 1))
}

/** The ids in a text, in order; `S0-94..S0-104` stands for all from the first to the last, and for nothing when it ends before it begins or in another document. */
export function idsIn (text: string): string[] {
  return [...text.matchAll(/\b(S\d+)-(\d+)(?:\.\.(S\d+)-(\d+))?/g)].flatMap(([, prefix = '', first, lastPrefix = prefix, last = first]) => {
    if (lastPrefix !== prefix) return []
    return Array.from({ length: Math.max(0, Number(last) - Number(first) + 1) }, (_, index) => idOf(prefix, Number(first) + index))
  })
}

function idOf (prefix: string, number: number): string {
  return `${prefix}-${String(number).padStart(2, '0')}`
}
