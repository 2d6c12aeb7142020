import { describe, expect, it } from 'vitest'
import { inBlocks } from '../../src/engine/blocks.ts'

describe('inBlocks', () => {
  it('works on every item once, in order, and lets others pass in between', async () => {
    for (const { count, width } of [
      { count: 0, width: 1 },
      { count: 5, width: 1 << 30 },
      { count: 1_300_000, width: 1 },
      { count: 300_000, width: 7 },
    ]) {
      const blocks: [number, number][] = []
      let turns = 0
      const other = () => {
        turns++
        if (blocks.at(-1)?.[1] !== count) setImmediate(other)
      }
      setImmediate(other)
      await inBlocks(count, (from, to) => blocks.push([from, to]), { width })
      let next = 0
      for (const [from, to] of blocks) {
        expect(from).toBe(next)
        expect((to - from) * width).toBeLessThanOrEqual(Math.max(width, 1 << 19))
        next = to
      }
      expect(next).toBe(count)
      expect(turns).toBeGreaterThanOrEqual(Math.max(0, blocks.length - 1))
    }
  })

  it('ends when it is cancelled', async () => {
    const controller = new AbortController()
    let worked = 0
    const work = () => {
      worked++
      controller.abort()
    }
    const ending = inBlocks(10, work, { width: 1 << 19, signal: controller.signal })
    await expect(ending).rejects.toMatchObject({ name: 'AbortError' })
    expect(worked).toBe(1)
  })
})
