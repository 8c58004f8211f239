import { CONTRADICTIONS, idsIn } from './promises.ts'

/** Why no test names a promise: a contradiction settles it another way, it means nothing here, or it is not built yet. */
export type Kind = 'settled' | 'not applicable' | 'waiting'

/** A line of the record. */
export interface Row {
  readonly ids: readonly string[]
  readonly kind: Kind
  /** The contradiction that settles it, `X37`; undefined for the other kinds. */
  readonly contradiction: string | undefined
  /** The resolution, why it does not apply, or what it waits for. */
  readonly reason: string
}

/**
 * Reads the tables of the record: ids, `Xnn` or `not applicable` or `waiting`, reason.
 * @throws {Error} naming the line that has no ids, an unknown kind or contradiction, or no reason
 */
export function readRecord (markdown: string): Row[] {
  return markdown.split('\n').filter((line) => line.startsWith('|') && !/^\| (ids|---)|^\|-/.test(line)).map(readRow)
}

function readRow (line: string): Row {
  const [ids = '', how = '', reason = '', ...rest] = line.slice(1, -1).split('|').map((cell) => cell.trim())
  const kind = kindOf(how)
  const row = { ids: idsIn(ids), kind, contradiction: kind === 'settled' ? how : undefined, reason }
  if (row.ids.length === 0 || reason === '' || rest.length > 0) throw new Error(`needs ids, how and reason: ${line}`)
  return row
}

function kindOf (how: string): Kind {
  if (how === 'not applicable' || how === 'waiting') return how
  const [, number] = /^X(\d\d)$/.exec(how) ?? []
  if (number === undefined || Number(number) < 1 || Number(number) > CONTRADICTIONS) throw new Error(`neither Xnn, «not applicable» nor «waiting»: ${how}`)
  return 'settled'
}
