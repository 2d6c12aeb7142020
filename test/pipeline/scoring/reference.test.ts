import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import {
  binNames,
  binShares,
  countBins,
  countSorted,
  fitBins,
  trainedShares,
} from '../../../src/pipeline/scoring/bins.ts'
import { fitReference, referenceSchema } from '../../../src/pipeline/scoring/reference.ts'
import { arrayTable } from '../../support/arrayTable.ts'

const numbers = (values: readonly number[]) =>
  ({ kind: 'number', values: Float64Array.from(values) }) as const
const texts = (values: readonly (string | null)[]) => ({ kind: 'text', values }) as const
const sum = (shares: readonly number[]) => shares.reduce((total, share) => total + share, 0)

describe('bins', () => {
  it('are deciles of numbers, each up to its edge, missing cells left out', () => {
    const values = Array.from({ length: 101 }, (_, index) => index)
    const bins = fitBins(numbers([...values, Number.NaN]))
    expect(bins).toEqual({
      kind: 'ranges',
      edges: [10, 20, 30, 40, 50, 60, 70, 80, 90],
      shares: [11, ...new Array(9).fill(10)].map((count) => count / 101),
    })
    expect(countBins(bins, numbers([-5, 10, 10.5, 1000, Number.NaN]))).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(binNames(bins).slice(0, 2)).toEqual(['up to 10', '10 to 20'])
    expect(binNames(bins).at(-1)).toBe('above 90')
  })

  it('are the commonest values of texts, and the others together', () => {
    const cells = [...new Array(3).fill('b'), ...new Array(3).fill('a'), 'c', null]
    const many = Array.from({ length: 30 }, (_, index) => `rare ${index}`)
    expect(fitBins(texts(cells))).toEqual({
      kind: 'values',
      values: [
        { value: 'a', share: 3 / 7 },
        { value: 'b', share: 3 / 7 },
        { value: 'c', share: 1 / 7 },
      ],
      others: 0,
    })
    const bins = fitBins(texts([...cells, ...many]))
    expect(trainedShares(bins).at(-1)).toBeCloseTo(13 / 37, 12)
    expect(binNames(bins).at(-1)).toBe('other values')
    expect(binShares(bins, texts(['a', 'never seen', null, '__proto__']))).toEqual([
      1 / 3,
      ...new Array(19).fill(0),
      2 / 3,
    ])
  })

  it('have one bin without cells, and few where values are equal', () => {
    expect(fitBins(numbers([Number.NaN]))).toEqual({ kind: 'ranges', edges: [], shares: [0] })
    expect(binNames(fitBins(numbers([])))).toEqual(['all values'])
    expect(fitBins(numbers([0, -0, 0, 0]))).toEqual({ kind: 'ranges', edges: [0], shares: [1, 0] })
  })

  it('count sorted numbers as they count cells', () => {
    const edges = fc.uniqueArray(fc.double({ noNaN: true, min: -5, max: 5 }), { maxLength: 9 })
    const cells = fc.array(
      fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -9, max: 9, noNaN: true })),
    )
    fc.assert(
      fc.property(edges, cells, (unordered, values) => {
        const rising = unordered.toSorted((a, b) => a - b)
        const bins = {
          kind: 'ranges' as const,
          edges: [...rising, ...values.slice(0, 1)].sort((a, b) => a - b),
          shares: [],
        }
        expect(countSorted(bins, Float64Array.from(values).sort())).toEqual(countBins(bins, numbers(values)))
      }),
    )
    expect(countSorted({ kind: 'values', values: [], others: 0 }, Float64Array.of(1, 2))).toEqual([0])
    // Edges of a damaged file: no count may be negative.
    expect(countSorted({ kind: 'ranges', edges: [2, 1], shares: [] }, Float64Array.of(1, 2, 3))).toEqual([
      2, 0, 1,
    ])
  })

  it('count every present cell once, however the cells lie', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.array(fc.double()), (trained, now) => {
        const bins = fitBins(numbers(trained))
        const edges = bins.kind === 'ranges' ? bins.edges : []
        expect(edges).toEqual(edges.toSorted((a, b) => a - b))
        expect(sum(countBins(bins, numbers(now)))).toBe(now.filter(Number.isFinite).length)
        expect(countBins(bins, numbers(now))).toHaveLength(binNames(bins).length)
        const total = trained.some(Number.isFinite) ? 1 : 0
        expect(sum(trainedShares(bins))).toBeCloseTo(total, 9)
      }),
    )
  })
})

describe('the reference of a training', () => {
  it('sums up columns, scores and flags', async () => {
    const rows = 50
    const table = arrayTable([
      { name: 'speed', cells: Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? null : row)) },
      { name: 'place', cells: Array.from({ length: rows }, (_, row) => (row < 40 ? 'here' : 'there')) },
      { name: 'left out', cells: new Array(rows).fill(1) },
    ])
    const reference = await fitReference({
      table,
      encoder: await fitEncoder({ table, signal: new AbortController().signal }),
      sorted: Float32Array.from({ length: rows }, (_, row) => rows - row),
      threshold: { flagged: 3 },
      signal: new AbortController().signal,
    })
    expect(reference.rows).toBe(rows)
    expect(reference.columns.map(({ column, missing }) => [column, missing])).toEqual([
      ['speed', 0.2],
      ['place', 0],
    ])
    expect(reference.columns[1]?.bins).toEqual({
      kind: 'values',
      values: [
        { value: 'here', share: 0.8 },
        { value: 'there', share: 0.2 },
      ],
      others: 0,
    })
    expect(reference.scores).toMatchObject({ median: 25.5, flagged: 3 })
    expect(referenceSchema.parse(JSON.parse(JSON.stringify(reference)))).toEqual(reference)
  })

  it('knows the rare values of a column, unless they are too many or too long', async () => {
    const rows = 3000
    const cells = (rare: (row: number) => string, every: number) =>
      Array.from({ length: rows }, (_, row) => (row % every === 0 ? rare(row) : 'common'))
    const table = arrayTable([
      { name: 'few', cells: cells((row) => `rare ${row}`, 1000) },
      { name: 'none', cells: cells(() => 'often', 2) },
      { name: 'many', cells: cells((row) => `rare ${row}`, 2) },
      { name: 'long', cells: cells((row) => `${row}`.padEnd(1_500_000), 1500) },
    ])
    const { signal } = new AbortController()
    const encoder = await fitEncoder({ table, signal })
    const sorted = new Float32Array(rows)
    const { columns } = await fitReference({ table, encoder, sorted, threshold: { flagged: 0 }, signal })
    expect(columns.map(({ column, known }) => [column, known])).toEqual([
      ['few', ['rare 0', 'common', 'rare 1000', 'rare 2000']],
      ['none', null],
      ['many', null],
      ['long', null],
    ])
  })

  it('stops when it is cancelled', async () => {
    const table = arrayTable([{ name: 'speed', cells: Array.from({ length: 12 }, (_, row) => row) }])
    const encoder = await fitEncoder({ table, signal: new AbortController().signal })
    const sorted = new Float32Array(12)
    const signal = AbortSignal.abort()
    const input = { table, encoder, sorted, threshold: { flagged: 0 }, signal }
    await expect(fitReference(input)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
