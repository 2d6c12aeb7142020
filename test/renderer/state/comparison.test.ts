import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreementOfTop, rankCorrelation, ranksOfRows } from '../../../renderer/state/comparison.ts'

const order = (scores: readonly number[], rows: readonly number[]) => ({
  runId: 'r',
  scores: Float32Array.from(scores),
  rows: Int32Array.from(rows),
  labels: null,
})
/** Rows by score, as the core sends them. */
const ranked = (scores: readonly number[]) => {
  const rows = scores.map((_, row) => row).toSorted((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0))
  return order(
    rows.map((row) => scores[row] ?? 0),
    rows,
  )
}

describe('ranks', () => {
  it('are by row, with the mean of their places for rows that tie', () => {
    expect([...ranksOfRows(order([9, 5, 5, 1], [2, 0, 3, 1]))]).toEqual([2.5, 4, 1, 2.5])
  })

  it('of a run against itself correlate fully, against its reverse not less than fully', () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 50 })
    fc.assert(
      fc.property(distinct, (scores) => {
        const ranks = ranksOfRows(ranked(scores))
        const reversed = ranksOfRows(ranked(scores.map((score) => -score)))
        expect(rankCorrelation(ranks, ranks)).toBeCloseTo(1)
        expect(rankCorrelation(ranks, reversed)).toBeCloseTo(-1)
      }),
    )
  })

  it('correlate as worked out by hand', () => {
    // Ranks 1 2 3 4 and 2 1 4 3: 1 - 6 * 4 / (4 * 15) = 0.6.
    const one = ranksOfRows(order([4, 3, 2, 1], [0, 1, 2, 3]))
    const other = ranksOfRows(order([4, 3, 2, 1], [1, 0, 3, 2]))
    expect(rankCorrelation(one, other)).toBeCloseTo(0.6)
  })

  it('count only rows that both runs have, and say nothing where all rows tie', () => {
    const one = ranksOfRows(order([3, 2, 1], [0, 1, 5]))
    expect(rankCorrelation(one, ranksOfRows(order([7, 6], [0, 1])))).toBeCloseTo(1)
    expect(rankCorrelation(one, ranksOfRows(order([7, 7], [0, 1])))).toBeNull()
  })
})

describe('agreement of flags', () => {
  it('is what both flag over what either flags', () => {
    const one = order([4, 3, 2, 1], [0, 1, 2, 3])
    const other = order([4, 3, 2, 1], [1, 3, 0, 2])
    expect(agreementOfTop(one, one, 2)).toBe(1)
    expect(agreementOfTop(one, other, 2)).toBeCloseTo(1 / 3)
    expect(agreementOfTop(one, other, 0)).toBeNull()
  })
})
