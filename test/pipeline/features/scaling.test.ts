import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fitScaling,
  quantile,
  scale,
  scaleLinearly,
  unscale,
  unscaleLinearly,
} from '../../../src/pipeline/features/scaling.ts'

const fit = (...values: number[]) => fitScaling(Float64Array.from(values))

describe('fitScaling', () => {
  it('takes the median and the quartile distance over 1.349', () => {
    // Quartiles of 1..9 are 3, 5 and 7; the 1,000 does not move them.
    expect(fit(9, 1, 8, 2, 7, 3, 6, 4, 5)).toEqual({ centre: 5, spread: 4 / 1.349 })
    expect(fit(1000, 1, 8, 2, 7, 3, 6, 4, 5)).toEqual({ centre: 5, spread: 4 / 1.349 })
  })

  it('takes the standard deviation of two values of which one is in most rows', () => {
    // Mean 0.2, so the variance is 0.2 times 0.8.
    const scaling = fit(0, 0, 0, 0, 1)
    expect(scaling?.centre).toBe(0)
    expect(scaling?.spread).toBeCloseTo(0.4, 12)
  })

  it('is not moved by a sentinel, whatever its size', () => {
    const values = Array.from({ length: 2000 }, (_, index) => (index % 800) / 1000)
    const expected = fit(...values, 5)
    for (const sentinel of [1e12, 1e300, Number.MAX_VALUE]) {
      expect(fit(...values, sentinel), `${sentinel}`).toEqual(expected)
    }
    expect(fit(...values, -Number.MAX_VALUE)?.spread).toBeCloseTo(expected?.spread ?? 0, 2)
  })

  it('is hardly moved by sentinels where most values are zero', () => {
    const values = Array.from({ length: 2000 }, (_, index) => (index % 10 === 0 ? 1 + (index % 7) : 0))
    const spread = fit(...values)?.spread ?? 0
    const disturbed = fit(...values, 1e12, Number.MAX_VALUE, -Number.MAX_VALUE)?.spread ?? 0
    expect(disturbed / spread).toBeGreaterThan(0.95)
    expect(disturbed / spread).toBeLessThan(1.05)
  })

  it('takes values that differ by rounding only as equal', () => {
    expect(fit(0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.3)).toBeNull()
    // Milliseconds since 1970 of one second are no rounding.
    expect(fit(1.7e12, 1.7e12 + 1, 1.7e12 + 2, 1.7e12 + 3, 1.7e12 + 4)?.spread).toBeCloseTo(2 / 1.349, 9)
  })

  it('does not depend on the unit of the column', () => {
    const scaling = fit(1e-12, 2e-12, 3e-12, 4e-12, 5e-12)
    expect(scaling?.spread).toBeCloseTo(2e-12 / 1.349, 20)
  })

  it('finds nothing in no values and in equal values', () => {
    expect(fit()).toBeNull()
    expect(fit(3, 3, 3)).toBeNull()
  })

  it('stays finite on the largest numbers', () => {
    expect((fit(0, 0, 0, 0, 1e300)?.spread ?? 0) / 4e299).toBeCloseTo(1, 12)
    const huge = Number.MAX_VALUE
    expect(fit(-huge, -huge, 0, huge, huge)?.spread).toBe(huge)
  })
})

describe('scale and unscale', () => {
  const scaling = { centre: 10, spread: 2 }

  it('stays finite for every value and scaling', () => {
    const size = fc.double({ noNaN: true, noDefaultInfinity: true })
    const spread = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(size, size, spread, (value, centre, width) => {
        expect(Math.abs(scale(value, { centre, spread: width }))).toBeLessThan(1000)
      }),
      { examples: [[Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE]] },
    )
  })

  it('is linear up to two spreads and logarithmic beyond', () => {
    expect(scale(10, scaling)).toBe(0)
    expect(scale(7, scaling)).toBe(-1.5)
    expect(scale(14, scaling)).toBe(2)
    expect(scale(20, scaling)).toBeCloseTo(2 + Math.log(4), 12)
    expect(scale(0, scaling)).toBeCloseTo(-2 - Math.log(4), 12)
  })

  it('inverts: any value comes back', () => {
    const values = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(
        values,
        values,
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (value, centre, spread) => {
          const back = unscale(scale(value, { centre, spread }), { centre, spread })
          expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value) + Math.abs(centre)))
        },
      ),
    )
  })

  it('keeps the order of values', () => {
    const values = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(values, values, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one]
        expect(scale(low, scaling)).toBeLessThanOrEqual(scale(high, scaling))
      }),
    )
  })
})

describe('scaleLinearly', () => {
  it('does not clip, comes back, and stays a number whose square is one', () => {
    const scaling = { centre: 10, spread: 2 }
    expect([scaleLinearly(10, scaling), scaleLinearly(210, scaling)]).toEqual([0, 100])
    expect(unscaleLinearly(scaleLinearly(-777.5, scaling), scaling)).toBe(-777.5)
    for (const value of [Number.MAX_VALUE, -Number.MAX_VALUE]) {
      const encoded = scaleLinearly(value, { centre: -value, spread: Number.MIN_VALUE })
      expect(Number.isFinite(Math.fround(Math.fround(encoded) ** 2))).toBe(true)
      expect(Math.sign(encoded)).toBe(Math.sign(value))
    }
  })
})

describe('quantile', () => {
  it('interpolates between ranks', () => {
    const sorted = Float64Array.from([1, 2, 4, 8])
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.75, 3, 5, 8])
  })
})
