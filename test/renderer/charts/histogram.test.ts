import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  flaggedInBins,
  fromAxis,
  histogramOf,
  scoreAxis,
  suggestedScale,
  toAxis,
} from '../../../renderer/charts/histogram.ts'

const descending = (scores: readonly number[]) => Float32Array.from(scores).sort().reverse()
const ranked = fc
  .array(fc.float({ min: 0, max: Math.fround(1e6), noNaN: true }), { minLength: 1, maxLength: 200 })
  .map(descending)

describe('histogram', () => {
  it.each(['linear', 'log'] as const)('counts every row exactly once (%s)', (scale) => {
    fc.assert(
      fc.property(ranked, fc.integer({ min: 1, max: 40 }), (scores, bins) => {
        const { counts, below, above, edges } = histogramOf(scores, scoreAxis(scores, scale), bins)
        const inBins = counts.reduce((sum, count) => sum + count, 0)
        expect(inBins + below + above).toBe(scores.length)
        expect(counts.length).toBe(bins)
        expect([...edges]).toEqual([...edges].sort((one, other) => one - other))
      }),
    )
  })

  it('puts scores into bins closed on the left', () => {
    const scores = descending([0, 0.5, 1, 1, 1.5, 2])
    const { counts, above } = histogramOf(scores, { scale: 'linear', from: 0, to: 2 }, 2)
    expect([...counts]).toEqual([2, 3])
    expect(above).toBe(1)
  })

  it('finds the flagged rows bin by bin: all of them, and none where none is flagged', () => {
    fc.assert(
      fc.property(ranked, fc.nat({ max: 200 }), (scores, wanted) => {
        const flagged = Math.min(wanted, scores.length)
        const histogram = histogramOf(scores, scoreAxis(scores, 'linear'), 20)
        const inBins = flaggedInBins(histogram, flagged)
        const outside =
          Math.min(flagged, histogram.above) + Math.max(0, flagged - scores.length + histogram.below)
        expect(inBins.reduce((sum, rows) => sum + rows, 0) + outside).toBe(flagged)
        inBins.forEach((rows, bin) => {
          expect(rows).toBeLessThanOrEqual(histogram.counts[bin] ?? 0)
        })
      }),
    )
    const two = histogramOf(descending([1, 1, 1, 2]), { scale: 'linear', from: 0, to: 2.02 }, 4)
    expect([...flaggedInBins(two, 0)]).toEqual([0, 0, 0, 0])
    expect([...flaggedInBins(two, 1)]).toEqual([0, 0, 0, 1])
    // The oddest row lies right of the axis: it is flagged first, outside of every bin.
    const clipped = histogramOf(descending([1, 1, 9]), { scale: 'linear', from: 0, to: 2 }, 2)
    expect([...flaggedInBins(clipped, 1)]).toEqual([0, 0])
    expect([...flaggedInBins(clipped, 2)]).toEqual([0, 1])
  })

  it('spaces logarithmic bins by equal factors', () => {
    const { edges } = histogramOf(descending([1, 1000]), { scale: 'log', from: 1, to: 1000 }, 3)
    expect([...edges].map((edge) => Math.round(edge))).toEqual([1, 10, 100, 1000])
  })
})

describe('score axis', () => {
  const bulk = Array.from({ length: 1000 }, (_, index) => 0.1 + index / 1000)

  it('turns logarithmic when one row is a million times odder than the middle', () => {
    expect(suggestedScale(descending(bulk))).toBe('linear')
    expect(suggestedScale(descending([...bulk, 1e6]))).toBe('log')
  })

  it('clips a linear axis near the bulk and counts the rest', () => {
    const scores = descending([...bulk, 1e6])
    const axis = scoreAxis(scores, 'linear')
    expect(axis.to).toBeLessThan(15)
    expect(histogramOf(scores, axis, 20).above).toBe(1)
  })

  it('shows every score where there is no tail', () => {
    const scores = descending(bulk)
    const { below, above } = histogramOf(scores, scoreAxis(scores, 'linear'), 20)
    expect([below, above]).toEqual([0, 0])
  })

  it.each([[[0, 0, 0]], [[2, 2]], [[5]]])('has a width for equal scores %j', (scores) => {
    for (const scale of ['linear', 'log'] as const) {
      const { from, to } = scoreAxis(descending(scores), scale)
      expect(to).toBeGreaterThan(from)
      expect(Number.isFinite(to)).toBe(true)
    }
  })

  it('leads back from a position to its score', () => {
    for (const axis of [
      { scale: 'log', from: 0.01, to: 100 },
      { scale: 'linear', from: 0, to: 100 },
    ] as const) {
      expect(fromAxis(axis, toAxis(axis, 7))).toBeCloseTo(7, 10)
    }
  })
})
