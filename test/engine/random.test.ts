import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { restoredRandom, seededRandom } from '../../src/engine/random.ts'

describe('the seeded generator', () => {
  it('draws the published sequence of xoshiro128**', () => {
    // By hand from state 1, 2, 3, 4: rotl(2 * 5, 7) * 9 = 11520, then the state step gives 0 and 5927040.
    const random = restoredRandom([1, 2, 3, 4])
    const words = Array.from({ length: 3 }, () => random.uniform() * 2 ** 32)
    expect(words).toEqual([11520, 0, 5927040])
  })

  it('continues exactly from its saved state', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), (seed, draws) => {
        const random = seededRandom(seed, 'training')
        for (let index = 0; index < draws; index += 1) random.uniform()
        const copy = restoredRandom(random.state())
        expect([copy.uniform(), copy.integer(1000)]).toEqual([random.uniform(), random.integer(1000)])
      }),
    )
  })

  it('gives each seed and purpose a stream of its own', () => {
    const firsts = new Set<number>()
    for (const purpose of ['training', 'validation', 'noise']) {
      for (let seed = 0; seed < 500; seed += 1) firsts.add(seededRandom(seed, purpose).uniform())
    }
    expect(firsts.size).toBe(1500)
  })

  it('draws integers below the bound, every one of them', () => {
    const random = seededRandom(1, 'integers')
    const counts = new Array<number>(7).fill(0)
    for (let index = 0; index < 7000; index += 1) {
      const drawn = random.integer(7)
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    expect(counts.length).toBe(7)
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130)
  })
})
