// Where the line lies between rows that are flagged and rows that are not. Core and page draw it alike.

/**
 * How many scores are at least `cut`. `sorted` runs from highest to lowest, so this is a binary search: twenty
 * comparisons for a million rows.
 */
export function countAtLeast(sorted: Float32Array, cut: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) >= cut) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The cut that flags the `rows` highest scores, and all that are level with the last of them: a 32-bit float halfway
 * down to the next score. On a score itself it would lose rows, because the last digits of a score depend on what it
 * is computed with: in a batch of another size, or by a model file.
 * @param sorted scores from highest to lowest
 */
export function cutAtRank(sorted: Float32Array, rows: number): number {
  if (rows <= 0) return (sorted[0] ?? 0) + margin(sorted[0] ?? 0)
  const last = sorted[Math.min(rows, sorted.length) - 1] ?? 0
  const next = sorted[countAtLeast(sorted, last)]
  if (next === undefined) return last - margin(last)
  const halfway = Math.fround((last + next) / 2)
  // There is nothing between neighbouring floats.
  return halfway > next ? halfway : last
}

/** More than the digits in which two ways to compute a score differ. */
const margin = (score: number): number => Math.max(Math.abs(score) * 2 ** -10, 2 ** -100)
