import type { Account } from './account.ts'

/** Columns of the report with their widths. */
const COLUMNS = ['document', 'promises', 'fulfilled', 'settled', 'not applicable', 'open'] as const

/** The account as text: a line for each document and one for all, how the rest was settled, and what is open. */
export function formatAccount ({ documents, open, settled, faults }: Account): string {
  const rows = documents.map(({ name, promises, fulfilled, settled, notApplicable, open }) => [name, promises, fulfilled, settled, notApplicable, open])
  const sums = COLUMNS.slice(1).map((_, column) => rows.reduce((sum, row) => sum + Number(row[column + 1]), 0))
  return [
    ...[COLUMNS, ...rows, ['all', ...sums]].map((row) => row.map((cell, column) => String(cell).padStart(COLUMNS[column]?.length ?? 0)).join('  ')),
    '',
    ...settled.map(({ ids, contradiction, kind, reason }) => `${ids.join(', ')}: ${contradiction ?? kind}: ${reason}`),
    ...faults.map((fault) => `fault: ${fault}`),
    open.length === 0 ? 'open: nothing' : `open: ${open.join(', ')}`,
    ''
  ].join('\n')
}
