import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { smallestPlaces } from '../../../src/engine/principalComponents/select.ts'

describe('the places of the smallest values', () => {
  it('are those that sorting would find, of equal values the earlier ones', async () => {
    const value = fc.oneof(
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, 1 + Number.EPSILON, 2.5, Number.MIN_VALUE, Number.MAX_VALUE),
    )
    const values = fc.array(
      value.map((one) => one + 0),
      { minLength: 1, maxLength: 60 },
    )
    await fc.assert(
      fc.asyncProperty(values, fc.nat(59), async (list, most) => {
        const count = (most % list.length) + 1
        const sorted = list.map((_, place) => place).sort((a, b) => (list[a] ?? 0) - (list[b] ?? 0) || a - b)
        const found = await smallestPlaces(Float64Array.from(list), count, async () => {})
        expect([...found]).toEqual(sorted.slice(0, count).sort((a, b) => a - b))
      }),
    )
  })

  it('are found in turns, which may end it', async () => {
    const stop = () => Promise.reject(new Error('cancelled'))
    await expect(smallestPlaces(Float64Array.of(1, 2), 1, stop)).rejects.toThrow('cancelled')
  })
})
