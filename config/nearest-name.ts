/** More changes than this are another word, not a slip. */
const MAX_SLIPS = 2

/** The known name that differs from `name` by a slip or two, if there is one. */
export function nearestName (name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = MAX_SLIPS + 1
  for (const candidate of known) {
    const slips = distance(name, candidate)
    if (slips < least) [nearest, least] = [candidate, slips]
  }
  return nearest
}

/** Levenshtein distance; row `i` holds the distances of the first `i` letters of `from` to every beginning of `to`. */
function distance (from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MAX_SLIPS) return Infinity
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from].entries()) row = nextRow(row, letter, to, index + 1)
  return row.at(-1) ?? Infinity
}

function nextRow (above: readonly number[], letter: string, to: string, first: number): number[] {
  const row = [first]
  for (let column = 1; column <= to.length; column++) {
    const replaced = (above[column - 1] ?? Infinity) + (to[column - 1] === letter ? 0 : 1)
    row.push(Math.min(replaced, (above[column] ?? Infinity) + 1, (row[column - 1] ?? Infinity) + 1))
  }
  return row
}
