import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../src/engine/engine.ts'
import { fillNormals, seededRandom } from '../../../src/engine/random.ts'
import { type Codes, chosenRows, codeColumnNames, readCodes } from '../../../src/pipeline/latent/codes.ts'
import { codesBetween, codesMatrix, decodeCodes, drawCodes } from '../../../src/pipeline/latent/made.ts'
import { mapCodes } from '../../../src/pipeline/latent/map.ts'
import { neighbourSearch } from '../../../src/pipeline/latent/neighbours.ts'
import { exampleSpec, relativeError } from '../../engine/examples.ts'
import { arrayTable } from '../../support/arrayTable.ts'

const codesOf = (rows: readonly (readonly number[])[]): Codes => ({
  rows: Int32Array.from(rows, (_, row) => row),
  matrix: { rows: rows.length, columns: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat()) },
  total: rows.length,
})

function normalCodes(rows: number, width: number, seed: number): Codes {
  const values = new Float32Array(rows * width)
  fillNormals(values, seededRandom(seed, 'codes'), 1)
  return {
    rows: Int32Array.from({ length: rows }, (_, row) => row),
    matrix: { rows, columns: width, values },
    total: rows,
  }
}

describe('codes of a table', () => {
  const table = arrayTable([{ name: 'a', cells: Array.from({ length: 40 }, (_, row) => row * 10) }])
  const read = async (chunk: { rows: number; vectors: readonly { values: ArrayLike<unknown> }[] }) => ({
    rows: chunk.rows,
    columns: 2,
    values: Float32Array.from({ length: chunk.rows * 2 }, (_, index) => {
      const cell = Number(chunk.vectors[0]?.values[index >> 1])
      return index % 2 === 0 ? cell : -cell
    }),
  })
  const always = Int32Array.of(33, 2, 17)

  it('are all read, across chunks', async () => {
    const codes = await readCodes({ table, columns: ['a'], reader: { width: 2, read }, always })
    expect([...codes.rows]).toEqual(Array.from({ length: 40 }, (_, row) => row))
    expect([...codes.matrix.values]).toEqual(
      Array.from({ length: 40 }, (_, row) => [row * 10, -row * 10]).flat(),
    )
  })

  it('are a sample with the rows that matter where there is no room for all', async () => {
    const codes = await readCodes({
      table,
      columns: ['a'],
      reader: { width: 2, read },
      always,
      mostNumbers: 20,
    })
    expect(codes.rows.length).toBe(10)
    expect([...codes.rows]).toEqual(expect.arrayContaining([2, 17, 33]))
    expect([...codes.rows]).toEqual([...codes.rows].toSorted((a, b) => a - b))
    expect([...codes.matrix.values]).toEqual([...codes.rows].flatMap((row) => [row * 10, -row * 10]))
    expect(codes.total).toBe(40)
  })

  it('keep the first of the rows that matter when not even these fit', () => {
    expect([...chosenRows({ total: 50, always: Int32Array.of(7, 40, 3), most: 2 })]).toEqual([7, 40])
  })

  it('are exported under their numbers', () => {
    expect(codeColumnNames(3)).toEqual(['code_1', 'code_2', 'code_3'])
  })
})

describe('the map of codes', () => {
  it('shows rows along the directions of largest spread', async () => {
    const { x, y, explained, rows } = await mapCodes(
      codesOf([
        [3, 4, 7],
        [-3, -4, 7],
        [-0.8, 0.6, 7],
        [0.8, -0.6, 7],
      ]),
      new Int32Array(0),
    )
    expect([...rows]).toEqual([0, 1, 2, 3])
    const rounded = (values: Float32Array) => [...values].map((value) => Math.round(value * 1e5) / 1e5 + 0)
    expect(rounded(x)).toEqual([5, -5, 0, 0])
    expect(rounded(y)).toEqual([0, 0, -1, 1])
    expect(explained[0]).toBeCloseTo(50 / 52, 6)
    expect(explained[1]).toBeCloseTo(2 / 52, 6)
  })

  it('lies flat for a code of one node, and on one spot where no row differs', async () => {
    const line = await mapCodes(codesOf([[1], [3], [8]]), new Int32Array(0))
    expect([...line.x]).toEqual([-3, -1, 4])
    expect([...line.y]).toEqual([0, 0, 0])
    expect(line.explained).toEqual([expect.closeTo(1, 9), 0])
    const spot = await mapCodes(
      codesOf([
        [2, 2],
        [2, 2],
      ]),
      new Int32Array(0),
    )
    expect([[...spot.x], [...spot.y], spot.explained]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
  })

  it('shows at most 50,000 rows, every flagged one among them', async () => {
    const codes = normalCodes(60_000, 3, 1)
    const flagged = Int32Array.of(59_999, 12, 40_000)
    const { rows, x } = await mapCodes(codes, flagged)
    expect(rows.length).toBe(50_000)
    expect(x.length).toBe(50_000)
    expect(new Set(rows).size).toBe(50_000)
    for (const row of flagged) expect(rows.includes(row), String(row)).toBe(true)
  })
})

describe('neighbours', () => {
  it('are nearest in units of each node spread', () => {
    // Node 0 has spread 1, node 1 spread 100, node 2 none.
    const codes = codesOf([
      [-1, -100, 5],
      [1, -100, 5],
      [-1, 100, 5],
      [1, 100, 5],
    ])
    const near = neighbourSearch(codes).nearest(Float32Array.of(-1, -100, 9), 3, 0)
    expect(near.map((one) => one.row)).toEqual([1, 2, 3])
    expect(near.map((one) => one.distance)).toEqual([2, 2, expect.closeTo(Math.sqrt(8), 5)])
  })

  it('are those that sorting every distance finds', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 100 }),
        (seed, rows, width, count) => {
          const codes = normalCodes(rows, width, seed)
          // Some rows lie on the same spot.
          codes.matrix.values.copyWithin(0, width * Math.floor(rows / 2), width * rows)
          const code = codes.matrix.values.slice(0, width)
          const found = neighbourSearch(codes).nearest(code, count, 0)
          const spreads = Array.from({ length: width }, (_, node) => {
            const column = Array.from(
              { length: rows },
              (_, row) => codes.matrix.values[row * width + node] ?? 0,
            )
            const mean = column.reduce((sum, value) => sum + value, 0) / rows
            return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows)
          })
          const expected = Array.from({ length: rows }, (_, row) => ({
            row,
            distance: Math.hypot(
              ...spreads.map((spread, node) =>
                spread > 0
                  ? ((codes.matrix.values[row * width + node] ?? 0) - (code[node] ?? 0)) / spread
                  : 0,
              ),
            ),
          }))
            .filter(({ row }) => row !== 0)
            .toSorted((a, b) => a.distance - b.distance || a.row - b.row)
            .slice(0, count)
          expect(found.length).toBe(expected.length)
          for (const [index, { distance }] of expected.entries())
            expect(found[index]?.distance).toBeCloseTo(distance, 4)
          expect(new Set(found.map((one) => one.row)).size).toBe(found.length)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('made rows', () => {
  const scaling = { centre: 10, spread: 2 }
  const number = { kind: 'number' as const, scaling, decimals: null, minimum: -1e9, maximum: 1e9 }
  const encoder = {
    version: 1 as const,
    columns: [
      { name: 'a', type: 'number' as const, features: [number] },
      { name: 'b', type: 'number' as const, features: [number] },
    ],
    dropped: [],
    softClip: false,
  }
  const variational = {
    kind: 'variational' as const,
    beta: 1,
    warmUpShare: 0,
    score: 'reconstruction' as const,
    samples: 1,
  }

  it('are decoded to original units, with the context that was given', async () => {
    const given: (Matrix | undefined)[] = []
    const session = {
      async decode(codes: Matrix, context?: Matrix): Promise<Matrix> {
        given.push(context)
        return {
          rows: codes.rows,
          columns: 2,
          values: Float32Array.from({ length: codes.rows * 2 }, (_, index) => codes.values[index >> 1] ?? 0),
        }
      },
    }
    const codes = codesMatrix([[1], [-2]], 1)
    const spec = exampleSpec({ features: 2, context: [1], layers: [1], codeLayer: 0 })
    const context: Matrix = { rows: 2, columns: 2, values: Float32Array.of(0, 3, 0, 5) }
    const rows = await decodeCodes({ encoder, spec, session, codes, context })
    expect(rows).toEqual([
      { code: [1], cells: [12, 16] },
      { code: [-2], cells: [6, 20] },
    ])
    await decodeCodes({ encoder, spec: { ...spec, context: [] }, session, codes, context: null })
    expect(given).toEqual([context, undefined])
  })

  it('need codes of the right width', () => {
    expect(() => codesMatrix([[1, 2], [3]], 2)).toThrow(
      'Code 2 has 1 numbers; the codes of this model have 2.',
    )
  })

  it('are drawn from the standard normal distribution, the same for the same seed, for variational models only', () => {
    const spec = exampleSpec({ code: variational, layers: [12, 4, 12], codeLayer: 1 })
    const { values, columns } = drawCodes(spec, { count: 1000, seed: 4 })
    expect([values.length, columns]).toEqual([4000, 4])
    const mean = values.reduce((sum, value) => sum + value, 0) / 4000
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4000
    expect(Math.abs(mean)).toBeLessThan(0.1)
    expect(Math.abs(variance - 1)).toBeLessThan(0.15)
    expect(drawCodes(spec, { count: 1000, seed: 4 }).values).toEqual(values)
    expect(drawCodes(spec, { count: 1000, seed: 5 }).values).not.toEqual(values)
    expect(() => drawCodes(exampleSpec(), { count: 1, seed: 1 })).toThrow(
      'variational and conditional models only',
    )
  })

  it('between two codes lie on a straight line, both ends included', () => {
    const { rows, values } = codesBetween(Float32Array.of(0, 4), Float32Array.of(3, -2), 4)
    expect(rows).toBe(4)
    expect(relativeError(values, [0, 4, 1, 2, 2, 0, 3, -2])).toBeLessThan(1e-6)
  })
})
