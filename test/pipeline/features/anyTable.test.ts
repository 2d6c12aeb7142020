import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/contract/failure.ts'
import { decodeRow } from '../../../src/pipeline/features/decode.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { encoderColumnTypes, featureCount, parseEncoder } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'

const rows = 25
const { signal } = new AbortController()

const cellsOf = (cell: fc.Arbitrary<number | string>) =>
  fc.array(fc.option(cell, { freq: 5 }), { minLength: rows, maxLength: rows })
const someNumber = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(Number.POSITIVE_INFINITY, 1e300, 5e-324),
)
/** Measurements close together, now and then with a mark of a million millions among them. */
const smallWithSentinel = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: 0, max: 0.8, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(1e12, -1e12, Number.MAX_VALUE, -Number.MAX_VALUE) },
)
const someMoment = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) })
const column = fc.oneof(
  cellsOf(someNumber).map((cells) => ({ cells, type: 'number' as const })),
  cellsOf(smallWithSentinel).map((cells) => ({ cells, type: 'number' as const })),
  cellsOf(someMoment).map((cells) => ({ cells, type: 'date-time' as const })),
  cellsOf(fc.string({ maxLength: 2 })).map((cells) => ({ cells, type: 'category' as const })),
  cellsOf(fc.constantFrom('a', 'b', '__proto__')).map((cells) => ({ cells, type: 'text' as const })),
)
const columns = fc
  .array(column, { minLength: 1, maxLength: 4 })
  .map((all) => all.map((one, index): ArrayColumn => ({ ...one, name: `column ${index}` })))

describe('any table', () => {
  it('becomes numbers or missing, and comes back as cells of its types', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(columns, async (all) => {
        const table = arrayTable(all)
        const encoder = await fitEncoder({ table, signal }).catch((thrown: unknown) => {
          expect(thrown).toBeInstanceOf(Failure)
          expect(thrown).toHaveProperty('code', 'no-usable-columns')
          refused++
          return null
        })
        if (!encoder) return
        expect(parseEncoder(JSON.parse(JSON.stringify(encoder)))).toEqual(encoder)
        const matrix = await encodeTable({ table, encoder, signal })
        expect([matrix.rows, matrix.columns]).toEqual([rows, featureCount(encoder)])
        expect([...matrix.values].filter((value) => Math.abs(value) > 1000)).toEqual([])
        for (let row = 0; row < rows; row++) {
          const encoded = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns)
          const cells = decodeRow(encoder, encoded)
          for (const [index, type] of encoderColumnTypes(encoder).entries()) {
            const cell = cells[index] ?? null
            if (cell !== null) expect(typeof cell).toBe(type === 'number' ? 'number' : 'string')
          }
        }
      }),
      { numRuns: 150 },
    )
    // Only tables in which no column varies: a few, when texts of one column are all different.
    expect(refused).toBeLessThan(30)
  })

  it('keeps its other rows as they were when one cell becomes a sentinel', async () => {
    const cells = Array.from({ length: 2000 }, (_, row) => (row % 797) / 1000)
    const encoded = async (last: number) => {
      const table = arrayTable([{ name: 'load', cells: [...cells, last] }], 500)
      const matrix = await encodeTable({ table, encoder: await fitEncoder({ table, signal }), signal })
      return [...matrix.values]
    }
    const expected = await encoded(0.9)
    for (const sentinel of [1e12, Number.MAX_VALUE]) {
      const values = await encoded(sentinel)
      expect(values.slice(0, -1)).toEqual(expected.slice(0, -1))
      expect(values.at(-1)).toBeGreaterThan(20)
      expect(values.at(-1)).toBeLessThan(1000)
    }
  })
})
