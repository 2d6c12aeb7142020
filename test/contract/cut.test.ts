import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countAtLeast, cutAtRank } from '../../src/contract/cut.ts'

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
        const flagged = countAtLeast(scores, cutAtRank(scores, wanted))
        const ties = rows === 0 ? 0 : scores.filter((score) => score === scores[rows - 1]).length
        expect(flagged).toBeGreaterThanOrEqual(rows)
        expect(flagged).toBeLessThan(rows + Math.max(ties, 1))
      }),
    )
  })

  it('lies between the scores, not on one, where there is a number between them', () => {
    fc.assert(
      fc.property(ranked, fc.integer({ min: 1, max: 60 }), (scores, wanted) => {
        const cut = cutAtRank(scores, wanted)
        const last = scores[Math.min(wanted, scores.length) - 1] ?? 0
        const next = scores[countAtLeast(scores, last)]
        expect(cut).toBeLessThanOrEqual(last)
        if (next === undefined) expect(cut).toBeLessThan(last)
        else {
          expect(cut).toBe(Math.fround(cut))
          expect(cut).toBeGreaterThan(next)
          if (last - next > 2 ** -20 * last) expect(cut).toBeLessThan(last)
        }
      }),
    )
    expect(cutAtRank(Float32Array.of(4, 3, 1), 2)).toBe(2)
  })
})
