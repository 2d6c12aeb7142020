import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../src/contract/bytes.ts'
import { copyInBlocks, inBlocks, joined } from '../../src/engine/blocks.ts'

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

describe('joined', () => {
  it('puts parts of any size one after the other', async () => {
    const sizes = [3, 0, 1_200_000, 1, 600_000]
    const parts = sizes.map((size, part) => Uint8Array.from({ length: size }, (_, place) => place + part))
    expect(Buffer.compare(await joined(parts), Buffer.concat(parts))).toBe(0)
  })
})

describe('copyInBlocks', () => {
  it('copies to the given place and leaves the rest', async () => {
    const target = new Float32Array(1_300_005).fill(-1)
    const source = Float32Array.from({ length: 1_300_000 }, (_, place) => place)
    await copyInBlocks(target, source, 3)
    expect(target.subarray(0, 3)).toEqual(new Float32Array(3).fill(-1))
    expect(Buffer.compare(bytesOf(target.subarray(3, -2)), bytesOf(source))).toBe(0)
    expect(target.subarray(-2)).toEqual(new Float32Array(2).fill(-1))
  })
})
