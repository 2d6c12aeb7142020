import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ThresholdRule } from '../../../src/contract/records.ts'
import { applyRule } from '../../../src/pipeline/threshold/apply.ts'
import { suggestThresholds } from '../../../src/pipeline/threshold/suggest.ts'

const descending = (...scores: number[]) => Float32Array.from(scores).sort().reverse()
const apply = (rule: ThresholdRule, value: number | null, ...scores: number[]) =>
  applyRule(descending(...scores), { rule, value })

describe('applyRule', () => {
  it('manual: a cut copied from a score in nine digits flags the row it was copied from', () => {
    const sorted = Float32Array.from({ length: 500 }, () => Math.random())
      .sort()
      .reverse()
    for (const [place, score] of sorted.entries()) {
      const copied = Number(score.toPrecision(9))
      expect(applyRule(sorted, { rule: 'manual', value: copied }).flagged).toBeGreaterThan(place)
    }
  })

  it('manual: cuts where it is told, the cut included', () => {
    expect(apply('manual', 3, 1, 2, 3, 4)).toEqual({ rule: 'manual', value: 3, cut: 3, flagged: 2 })
  })

  it('top-k: flags k rows, and those level with the last of them', () => {
    expect(apply('top-k', 2, 1, 2, 3, 4).flagged).toBe(2)
    expect(apply('top-k', 2, 1, 3, 3, 4).flagged).toBe(3)
    expect(apply('top-k', 9, 1, 2, 3).flagged).toBe(3)
    expect(apply('top-k', 0, 1, 2, 3).flagged).toBe(0)
  })

  it('top-k: keeps the whole number of rows that it applied', () => {
    expect(apply('top-k', 2.7, 1, 2, 3, 4)).toMatchObject({ value: 3, flagged: 3 })
  })

  it('manual: takes every finite score as a cut, and nothing beyond', () => {
    const largest = Math.fround(3.4028234663852886e38)
    expect(apply('manual', largest, 1, 2)).toMatchObject({ cut: largest, flagged: 0 })
    for (const value of [1e39, -1e39]) {
      expect(() => apply('manual', value, 1, 2)).toThrow(expect.objectContaining({ code: 'bad-request' }))
    }
  })

  it('percentage: flags that part of the rows', () => {
    expect(apply('percentage', 50, 1, 2, 3, 4).flagged).toBe(2)
    expect(apply('percentage', 0, 1, 2, 3, 4).flagged).toBe(0)
    expect(apply('percentage', 100, 1, 2, 3, 4).flagged).toBe(4)
  })

  it('standard-deviation: cuts at a multiple above the mean', () => {
    // Mean 2, standard deviation 2.
    expect(apply('standard-deviation', 1.5, 1, 1, 1, 1, 6).cut).toBe(5)
  })

  it('mad: cuts at a multiple of the median deviation above the median', () => {
    // Median 3; distances 2, 1, 0, 1, 97: their median is 1, which is 0.6745 standard deviations.
    expect(apply('mad', 2, 1, 2, 3, 4, 100).cut).toBeCloseTo(3 + 2 / 0.6745, 10)
  })

  it('iqr: cuts at a multiple of the quartile distance above the third quartile', () => {
    expect(apply('iqr', 1.5, 1, 2, 3, 4, 100)).toMatchObject({ cut: 7, flagged: 1 })
  })

  it('otsu: cuts between the two groups of the upper half', () => {
    // The upper half is 1.2 and above.
    const { cut, flagged, value } = apply('otsu', null, 0, 0.1, 1, 1.1, 1.2, 1.3, 9, 9.5)
    expect([flagged, value]).toEqual([2, null])
    expect(cut).toBeGreaterThan(1.3)
  })

  it('otsu: flags few rows of a single hump, where it would split off a sixth', () => {
    // Quantiles of a bell curve, by the logistic approximation: one group and nothing else.
    const hump = Array.from({ length: 1000 }, (_, row) => Math.log((row + 1) / (1000.5 - row)) / 1.702)
    const { flagged } = apply('otsu', null, ...hump)
    expect(flagged).toBeLessThan(30)
    expect(apply('otsu', null, ...hump, 50, 51, 52).flagged).toBe(3)
  })

  it.each<ThresholdRule>(['standard-deviation', 'otsu'])(
    '%s: flags nothing when all scores are equal',
    (rule) => {
      expect(apply(rule, 3, 5, 5, 5, 5).flagged).toBe(0)
      expect(apply(rule, 3, 0, 0).flagged).toBe(0)
    },
  )

  it.each<ThresholdRule>(['mad', 'iqr'])('%s: with no spread, flags what lies above', (rule) => {
    expect(apply(rule, 3, 5, 5, 5, 5).flagged).toBe(0)
    expect(apply(rule, 3, 5, 5, 5, 5, 5, 5, 6).flagged).toBe(1)
  })

  it('refuses a rule without its number', () => {
    for (const rule of ['manual', 'top-k', 'mad'] as const) {
      expect(() => apply(rule, null, 1, 2)).toThrow(expect.objectContaining({ code: 'bad-request' }))
      expect(() => apply(rule, Number.NaN, 1, 2)).toThrow(expect.objectContaining({ code: 'bad-request' }))
    }
    expect(() => apply('percentage', 101, 1, 2)).toThrow(/0 to 100/)
  })
})

describe('any scores', () => {
  const scores = fc.array(fc.float({ min: 0, max: Math.fround(1e6), noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  })
  const tied = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 })
  const rules = fc.constantFrom<ThresholdRule>(
    'top-k',
    'percentage',
    'standard-deviation',
    'mad',
    'iqr',
    'otsu',
  )

  it('flagged is the number of scores of at least the cut', () => {
    fc.assert(
      fc.property(
        fc.oneof(scores, tied),
        rules,
        fc.float({ min: 0, max: 100, noNaN: true }),
        (values, rule, value) => {
          const { cut, flagged } = apply(rule, value, ...values)
          expect(flagged).toBe([...descending(...values)].filter((score) => score >= cut).length)
          expect(Number.isFinite(cut)).toBe(true)
        },
      ),
    )
  })

  it('a larger multiple never flags more, a larger budget never fewer', () => {
    const amount = fc.float({ min: 0, max: 50, noNaN: true })
    fc.assert(
      fc.property(fc.oneof(scores, tied), amount, amount, (values, one, other) => {
        const [small, large] = one < other ? [one, other] : [other, one]
        for (const rule of ['standard-deviation', 'mad', 'iqr'] as const) {
          expect(apply(rule, large, ...values).flagged).toBeLessThanOrEqual(
            apply(rule, small, ...values).flagged,
          )
        }
        for (const rule of ['top-k', 'percentage'] as const) {
          expect(apply(rule, large, ...values).flagged).toBeGreaterThanOrEqual(
            apply(rule, small, ...values).flagged,
          )
        }
      }),
    )
  })

  it('mad cuts where its definition says', () => {
    const median = (values: number[]) => {
      const upwards = values.toSorted((a, b) => a - b)
      const half = (upwards.length - 1) / 2
      return ((upwards[Math.floor(half)] ?? 0) + (upwards[Math.ceil(half)] ?? 0)) / 2
    }
    fc.assert(
      fc.property(fc.oneof(scores, tied), (values) => {
        const centre = median(values)
        const deviation = median(values.map((value) => Math.abs(value - centre)))
        // Scores are 32-bit: nearer to zero than this, steps between two floats are no small part of the cut.
        fc.pre(deviation > 1e-30)
        const cut = centre + (2 * deviation) / 0.6745
        expect(Math.abs(apply('mad', 2, ...values).cut / cut - 1)).toBeLessThan(1e-5)
      }),
    )
  })

  it('only a cut that was typed lies on a score, where there is room between scores', () => {
    const apart = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(apart, rules, fc.integer({ min: 0, max: 100 }), (values, rule, value) => {
        expect(values).not.toContain(apply(rule, value, ...values).cut)
      }),
    )
    // The third quartile and no distance from it.
    expect(apply('iqr', 0, 1, 2, 3, 4, 5)).toMatchObject({ cut: 3.5, flagged: 2 })
    expect(apply('manual', 4, 1, 2, 3, 4, 5)).toMatchObject({ cut: 4, flagged: 2 })
  })

  it('suggestions propose exactly one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(scores, tied), async (values) => {
        const suggestions = await suggestThresholds(descending(...values))
        expect(suggestions.filter((suggestion) => suggestion.proposed)).toHaveLength(1)
        expect(new Set(suggestions.map((suggestion) => suggestion.rule)).size).toBe(suggestions.length)
      }),
    )
  })
})
