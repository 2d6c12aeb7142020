import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Drift } from '../../../src/contract/records.ts'
import type { Table } from '../../../src/pipeline/dataset/table.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { alignColumns } from '../../../src/pipeline/scoring/align.ts'
import { stability, startDrift } from '../../../src/pipeline/scoring/drift.ts'
import { fitReference } from '../../../src/pipeline/scoring/reference.ts'
import { arrayTable } from '../../support/arrayTable.ts'

const { signal } = new AbortController()

/** Rows of two columns around a centre; a seeded sine, so that no two tables share a value. */
function tableOf(rows: number, seed: number, centre = 0, colours = ['red', 'blue']): Table {
  const wave = (row: number) => Math.sin((row + 1) * (seed + 1.618)) * 1e4
  const fraction = (row: number) => wave(row) - Math.floor(wave(row))
  const numbers = Array.from({ length: rows }, (_, row) => centre + fraction(row))
  return arrayTable(
    [
      { name: 'speed', cells: numbers },
      { name: 'colour', cells: numbers.map((_, row) => colours[row % colours.length] ?? null) },
    ],
    500,
  )
}

const trained = tableOf(4000, 1)
const encoder = await fitEncoder({ table: trained, signal })
const sorted = Float32Array.from({ length: 4000 }, (_, row) => (3999 - row) / 4000)
const reference = await fitReference({
  table: trained,
  encoder,
  sorted,
  threshold: { flagged: 40 },
  signal,
})

async function driftOf(table: Table, newScores = sorted): Promise<Drift> {
  const { reads, align } = alignColumns({ encoder, columns: table.columns, decimalMark: '.' })
  const tally = startDrift(encoder, reference)
  for await (const chunk of table.read(reads)) tally.add(align(chunk))
  return tally.drift(newScores, 7)
}

describe('drift', () => {
  it('is none for rows of the same kind, many or few', async () => {
    for (const [rows, seed] of [
      [4000, 2],
      [300, 3],
      [12, 4],
    ] as const) {
      const { columns } = await driftOf(tableOf(rows, seed))
      expect(columns.map(({ level }) => level)).toEqual(['none', 'none'])
    }
  })

  it('names the column that moved first, with its shares per bin', async () => {
    const { columns } = await driftOf(tableOf(2000, 5, 0.5))
    expect(columns.map(({ column, level }) => [column, level])).toEqual([
      ['speed', 'strong'],
      ['colour', 'none'],
    ])
    const bins = columns[0]?.bins ?? []
    expect(bins.length).toBe(10)
    expect(bins.every(({ trained: share }) => Math.abs(share - 0.1) < 0.002)).toBe(true)
    // Half of the new values lie above all of the old, and none in the lower half.
    expect(bins.slice(0, 4).map(({ now }) => now)).toEqual([0, 0, 0, 0])
    expect(bins.at(-1)?.now).toBeCloseTo(0.6, 1)
    expect(bins[0]?.name).toMatch(/^up to 0\.1\d*$|^up to 0\.09\d*$/)
  })

  it('sees values of a category that were not there, and missing cells', async () => {
    const { columns } = await driftOf(tableOf(2000, 6, 0, ['red', 'blue', 'green']))
    expect(columns[0]).toMatchObject({ column: 'colour', level: 'strong' })
    expect(columns[0]?.bins.at(-1)).toMatchObject({ name: 'other values', trained: 0 })
    const without = arrayTable([{ name: 'speed', cells: Array.from({ length: 50 }, (_, row) => row / 50) }])
    const missing = (await driftOf(without)).columns.find(({ column }) => column === 'colour')
    expect(missing).toMatchObject({ level: 'strong', missingTrained: 0, missingNow: 1 })
  })

  it('compares the scores', async () => {
    expect((await driftOf(trained)).scores).toEqual({
      index: expect.closeTo(0, 3),
      level: 'none',
      flaggedTrained: 0.01,
      flaggedNow: 7 / 4000,
      medianTrained: expect.closeTo(0.5, 3),
      medianNow: expect.closeTo(0.5, 3),
    })
    const higher = await driftOf(
      trained,
      sorted.map((score) => score + 0.5),
    )
    expect(higher.scores).toMatchObject({ level: 'strong', medianNow: expect.closeTo(1, 3) })
  })
})

describe('the population stability index', () => {
  it('is the sum over the bins, with half a row added to each', () => {
    // 30 rows and two halves: shares 10.5/31 and 20.5/31, and the other way round.
    const [p, q] = [10.5 / 31, 20.5 / 31]
    expect(stability([10, 20], [20, 10]).index).toBeCloseTo(2 * (q - p) * Math.log(q / p), 12)
  })

  it('is never negative, 0 for equal counts, and finite', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(counts, counts, (before, now) => {
        const { index } = stability(before, now)
        expect(index).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(index)).toBe(true)
        expect(stability(before, before)).toEqual({ index: 0, level: 'none' })
      }),
    )
  })
})
