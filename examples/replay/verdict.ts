import type { Copy, Entry, Ledger, Said, Stay } from './ledger.ts'

/** What became of all copies. Right is: received as many as expected, all identical, and the rest 0. */
export interface Verdict {
  readonly expected: number
  readonly received: number
  readonly lost: number
  /** Copies of a message this connection had got before. */
  readonly doubled: number
  /** Copies that came after a later one, and messages placed before an earlier one of the same person. */
  readonly reordered: number
  /** Copies for one who should have got none: own ones, from before the join or after the leave, of nobody's message. */
  readonly strays: number
  /** Copies with the text's bytes, the action mark and the sender as they were sent. */
  readonly identical: number
}

/** Judges a finished replay. */
export function judge (ledger: Ledger): Verdict {
  const tally = { matched: 0, doubled: 0, reordered: countSelfReordered(ledger), strays: 0 }
  for (const stay of ledger.stays) addStay(tally, stay, ledger.entries)
  let identical = 0
  for (const entry of ledger.entries.values()) identical += countIdentical(entry)
  const { expected, received } = ledger
  const { matched, doubled, reordered, strays } = tally
  return { expected, received, lost: expected - matched, doubled, reordered, strays, identical }
}

/** True when there is nothing to complain about. */
export function isPerfect (verdict: Verdict): boolean {
  const { expected, received, lost, doubled, reordered, strays, identical } = verdict
  return lost + doubled + reordered + strays === 0 && received === expected && identical === received
}

interface Tally { matched: number, doubled: number, reordered: number, strays: number }

function addStay (tally: Tally, stay: Stay, entries: ReadonlyMap<number, Entry>): void {
  const seen = new Set<number>()
  let highest = 0
  for (const seq of stay.arrivals) {
    const said = entries.get(seq)?.said
    const meant = said && said.senderId !== stay.personId && seq > stay.from && seq <= stay.to
    if (seen.has(seq)) tally.doubled++
    else if (!meant) tally.strays++
    else tally.matched++
    if (seq < highest && !seen.has(seq)) tally.reordered++
    seen.add(seq)
    highest = Math.max(highest, seq)
  }
}

function countSelfReordered ({ entries }: Ledger): number {
  const lastLines = new Map<string, number>()
  let count = 0
  for (const [, { said }] of [...entries].sort(([a], [b]) => a - b)) {
    if (!said) continue
    if (said.line < (lastLines.get(said.senderId) ?? 0)) count++
    lastLines.set(said.senderId, said.line)
  }
  return count
}

function countIdentical ({ said, first, copies, deviants }: Entry): number {
  if (!said || !first) return 0
  const alike = isIdentical(said, first) ? copies - deviants.length : 0
  return alike + deviants.filter((copy) => isIdentical(said, copy)).length
}

function isIdentical (said: Said, copy: Copy): boolean {
  if (typeof copy.content !== 'string') return false
  const sameBytes = Buffer.compare(Buffer.from(said.text), Buffer.from(copy.content)) === 0
  return sameBytes && copy.action === said.action && copy.senderId === said.senderId
}
