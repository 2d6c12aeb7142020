import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearMisses } from '../../../src/hosts/cli/columns.ts'

describe('near misses', () => {
  it('differ by case or by a few letters, nearest first', () => {
    expect(nearMisses('amonut', ['Amount', 'count', 'amonu', 'country'])).toEqual(['amonu', 'Amount'])
  })

  it('are three at most, and only names that exist', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, names) => {
        const near = nearMisses(name, names)
        expect(near.length).toBeLessThanOrEqual(3)
        expect(near.every((one) => names.includes(one))).toBe(true)
      }),
    )
  })

  it('find a name with one letter changed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}$/), fc.nat(), (name, at) => {
        const place = at % name.length
        const changed = `${name.slice(0, place)}#${name.slice(place + 1)}`
        expect(nearMisses(changed, ['0'.repeat(30), name])).toEqual([name])
      }),
    )
  })
})
