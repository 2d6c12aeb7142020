import type { ScoreOrder } from '../../src/contract/records.ts'

/**
 * The rank of each row by its score, the highest first and from 1; rows that tie share the mean of their ranks.
 * By row number (file order); NaN where the order has no such row.
 */
export function ranksOfRows({ scores, rows }: ScoreOrder): Float64Array {
  let last = -1
  for (const row of rows) last = Math.max(last, row)
  const ranks = new Float64Array(last + 1).fill(Number.NaN)
  for (let from = 0; from < scores.length; ) {
    let to = from + 1
    while (to < scores.length && scores[to] === scores[from]) to += 1
    for (let place = from; place < to; place++) ranks[rows[place] ?? 0] = (from + to + 1) / 2
    from = to
  }
  return ranks
}

/**
 * Spearman's rank correlation of two runs over the rows that both have: Pearson's correlation of the ranks.
 * null where one of them ranks all rows alike.
 */
export function rankCorrelation(one: Float64Array, other: Float64Array): number | null {
  let rows = 0
  let sumOne = 0
  let sumOther = 0
  const shared = Math.min(one.length, other.length)
  const both = (row: number) => {
    const [first, second] = [one[row] ?? Number.NaN, other[row] ?? Number.NaN]
    return Number.isNaN(first) || Number.isNaN(second) ? null : { first, second }
  }
  for (let row = 0; row < shared; row++) {
    const ranks = both(row)
    if (!ranks) continue
    rows += 1
    sumOne += ranks.first
    sumOther += ranks.second
  }
  let together = 0
  let spreadOne = 0
  let spreadOther = 0
  for (let row = 0; row < shared; row++) {
    const ranks = both(row)
    if (!ranks) continue
    const first = ranks.first - sumOne / rows
    const second = ranks.second - sumOther / rows
    together += first * second
    spreadOne += first * first
    spreadOther += second * second
  }
  const spread = Math.sqrt(spreadOne * spreadOther)
  return spread === 0 ? null : together / spread
}

/** Jaccard's agreement of the `count` highest rows of two runs: those in both over those in either. */
export function agreementOfTop(one: ScoreOrder, other: ScoreOrder, count: number): number | null {
  const top = new Set(one.rows.subarray(0, count))
  if (top.size === 0) return null
  let shared = 0
  for (const row of other.rows.subarray(0, count)) if (top.has(row)) shared += 1
  return shared / (top.size + Math.min(count, other.rows.length) - shared)
}
