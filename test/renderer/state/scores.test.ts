import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countAtLeast,
  cutForRows,
  labelTotals,
  metricsAtCount,
  nextAbove,
} from '../../../renderer/state/scores.ts'

/** Scores as the core sends them: not negative, from highest to lowest, with ties. */
const ranked = fc
  .array(fc.oneof(fc.float({ min: 0, max: Math.fround(1e30), noNaN: true }), fc.constantFrom(0, 1, 1, 2.5)), {
    minLength: 1,
    maxLength: 60,
  })
  .map((scores) => Float32Array.from(scores).sort().reverse())

describe('count at a threshold', () => {
  it('equals counting one by one, at any cut and at every score', () => {
    fc.assert(
      fc.property(ranked, fc.double({ min: -1, max: 1e30, noNaN: true }), (scores, anywhere) => {
        for (const cut of [anywhere, ...scores]) {
          expect(countAtLeast(scores, cut)).toBe(scores.filter((score) => score >= cut).length)
        }
      }),
    )
  })

  it('never grows when the cut rises', () => {
    fc.assert(
      fc.property(ranked, fc.double({ min: 0, max: 10 }), fc.double({ min: 0, max: 10 }), (scores, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        expect(countAtLeast(scores, high)).toBeLessThanOrEqual(countAtLeast(scores, low))
      }),
    )
  })

  it('is zero for no scores', () => expect(countAtLeast(new Float32Array(), 1)).toBe(0))
})

describe('cut for a number of rows', () => {
  it('flags that many rows and whatever ties with the last of them', () => {
    fc.assert(
      fc.property(ranked, fc.nat({ max: 70 }), (scores, wanted) => {
        const rows = Math.min(wanted, scores.length)
        const flagged = countAtLeast(scores, cutForRows(scores, wanted))
        const ties = rows === 0 ? 0 : scores.filter((score) => score === scores[rows - 1]).length
        expect(flagged).toBeGreaterThanOrEqual(rows)
        expect(flagged).toBeLessThan(rows + Math.max(ties, 1))
      }),
    )
  })
})

describe('nextAbove', () => {
  it('is the smallest larger float', () => {
    expect(nextAbove(0)).toBe(Math.fround(1.401298464324817e-45))
    expect(nextAbove(1)).toBe(1 + 2 ** -23)
  })
})

describe('metrics against labels', () => {
  const totals = labelTotals(Uint8Array.from([1, 0, 255, 1, 0, 1]))

  it('counts by hand: three flagged rows, of them one anomaly, one normal, one unknown', () => {
    expect(metricsAtCount(totals, 3)).toEqual({
      precision: 1 / 2,
      recall: 1 / 3,
      f1: 2 / 5,
      falsePositiveRate: 1 / 2,
    })
  })

  it('has a precision of 0 when nothing is flagged, as the core says, and no recall when nothing is an anomaly', () => {
    expect(metricsAtCount(totals, 0)).toEqual({ precision: 0, recall: 0, f1: 0, falsePositiveRate: 0 })
    expect(metricsAtCount(labelTotals(Uint8Array.from([0, 0])), 1)).toEqual({
      precision: 0,
      recall: null,
      f1: 0,
      falsePositiveRate: 1 / 2,
    })
  })

  it('says nothing where no label is known', () => {
    expect(metricsAtCount(labelTotals(Uint8Array.from([255, 255])), 2)).toEqual({
      precision: null,
      recall: null,
      f1: null,
      falsePositiveRate: null,
    })
  })
})
