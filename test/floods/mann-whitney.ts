/**
 * How far apart two series of measurements are, by the test of Mann and Whitney: the distance of the sum of ranks from what it would be
 * for series of one kind, in standard deviations. Beyond about 3.3, in either direction, chance makes one in a thousand.
 */
export function mannWhitney (first: readonly number[], second: readonly number[]): number {
  const all = [...first.map((value) => ({ value, isFirst: true })), ...second.map((value) => ({ value, isFirst: false }))].sort((a, b) => a.value - b.value)
  const count = all.length
  let rankSum = 0
  let tieTerm = 0
  for (let begin = 0, end = 0; begin < count; begin = end) {
    while (end < count && all[end]?.value === all[begin]?.value) end += 1
    const size = end - begin
    tieTerm += size ** 3 - size
    rankSum += all.slice(begin, end).filter(({ isFirst }) => isFirst).length * (begin + end + 1) / 2
  }
  const product = first.length * second.length
  const expected = first.length * (count + 1) / 2
  const variance = product / 12 * (count + 1 - tieTerm / (count * (count - 1)))
  return variance === 0 ? 0 : (rankSum - expected) / Math.sqrt(variance)
}
