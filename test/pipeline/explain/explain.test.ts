import { describe, expect, it } from 'vitest'
import { explainShares, topReasons } from '../../../src/pipeline/explain/explain.ts'
import type { Encoder } from '../../../src/pipeline/features/encoder.ts'

const number = { kind: 'missing', scaling: { centre: 0, spread: 1 } } as const
const encoder: Encoder = {
  version: 1,
  columns: ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'number', features: [number] })),
  dropped: [],
  softClip: true,
}

describe('explainShares', () => {
  it('puts the largest part first, with what was seen and what is typical', () => {
    const shares = explainShares({
      encoder,
      shares: [1, 4, 1, 2],
      observed: [10, null, 30, 40],
      typical: [11, 21, 31, 41],
    })
    expect(shares.map(({ column, share, observed, typical }) => [column, share, observed, typical])).toEqual([
      ['b', 4, null, 21],
      ['d', 2, 40, 41],
      ['a', 1, 10, 11],
      ['c', 1, 30, 31],
    ])
  })
})

describe('topReasons', () => {
  it('names up to three columns, and none that hardly matters', () => {
    expect(topReasons({ encoder, shares: [5, 1, 3, 2] }).map(({ column }) => column)).toEqual(['a', 'c', 'd'])
    expect(topReasons({ encoder, shares: [0.01, 9, 0.02, 2] }).map(({ column }) => column)).toEqual([
      'b',
      'd',
    ])
    expect(topReasons({ encoder, shares: [0, 0, 0, 0] })).toEqual([{ column: 'a', share: 0 }])
  })
})
