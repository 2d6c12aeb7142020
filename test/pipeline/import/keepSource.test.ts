import { describe, expect, it } from 'vitest'
import { isBomb } from '../../../src/pipeline/import/keepSource.ts'

describe('isBomb', () => {
  it.each([
    [1_000_000, 1_000_000_001, true],
    [1_000_000, 1_000_000_000, false],
    [500_000, 900_000_000, false],
    [2_000_000, 1_900_000_000, false],
    [2_000_000, 2_000_000_001, true],
  ])('%i bytes that unpack to %i: %s', (packed, bytes, expected) => {
    expect(isBomb(packed, bytes)).toBe(expected)
  })
})
