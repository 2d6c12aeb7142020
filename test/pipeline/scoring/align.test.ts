import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SchemaDifference } from '../../../src/contract/records.ts'
import type { Table } from '../../../src/pipeline/dataset/table.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { encoderColumnNames } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { alignColumns } from '../../../src/pipeline/scoring/align.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'

const { signal } = new AbortController()
const rows = 40
const cells = <Cell>(make: (row: number) => Cell) => Array.from({ length: rows }, (_, row) => make(row))

const speed: ArrayColumn = { name: 'speed', cells: cells((row) => (row === 3 ? null : row * 1.5)) }
const colour: ArrayColumn = { name: 'colour', cells: cells((row) => (row % 3 === 0 ? 'red' : 'blue')) }
const day = Date.UTC(2026, 0, 1)
const moment: ArrayColumn = {
  name: 'at',
  type: 'date-time',
  cells: cells((row) => day + row * 36e5 * 7),
}
const code: ArrayColumn = { name: 'code', type: 'category', cells: cells((row) => String(row % 4)) }
const trained = arrayTable([speed, colour, moment, code])
const encoder = await fitEncoder({ table: trained, signal })

/** Everything of a table as the model reads it, and how it differs. */
async function alignAll(table: Table, decimalMark: '.' | ',' = '.') {
  const alignment = alignColumns({ encoder, columns: table.columns, decimalMark })
  const tally = alignment.startTally()
  const vectors: (number | string | null)[][] = encoder.columns.map(() => [])
  for await (const chunk of table.read(alignment.reads)) {
    const aligned = alignment.align(chunk)
    tally.add(chunk, aligned)
    for (const [index, vector] of aligned.vectors.entries()) {
      for (const value of vector.values) vectors[index]?.push(value)
    }
  }
  const byName = new Map(encoderColumnNames(encoder).map((name, index) => [name, vectors[index]]))
  return { cells: byName, differences: tally.differences() }
}

describe('aligning columns', () => {
  it('leaves the columns of the training as they are, in any order and among others', async () => {
    const other: ArrayColumn = { name: 'note', role: 'ignored', cells: cells(() => 'x') }
    const { cells: found, differences } = await alignAll(arrayTable([code, other, moment, colour, speed]))
    const direct = await alignAll(trained)
    expect(found).toEqual(direct.cells)
    expect(differences).toEqual([])
    expect(direct.cells.get('speed')?.slice(2, 5)).toEqual([3, Number.NaN, 6])
  })

  it('takes a missing column as all missing and names columns that are not read', async () => {
    const extra: ArrayColumn = { name: 'humidity', cells: cells((row) => row) }
    const id: ArrayColumn = { name: 'id', role: 'identifier', cells: cells((row) => row) }
    const { cells: found, differences } = await alignAll(arrayTable([speed, code, extra, id]))
    expect(found.get('colour')).toEqual(cells(() => null))
    expect(found.get('at')).toEqual(cells(() => Number.NaN))
    expect(differences).toEqual<SchemaDifference[]>([
      { kind: 'missing-column', column: 'colour' },
      { kind: 'missing-column', column: 'at' },
      { kind: 'extra-column', column: 'humidity' },
    ])
  })

  it('reads a column of another type again and counts what does not fit', async () => {
    const asText: ArrayColumn = {
      name: 'speed',
      type: 'category',
      cells: cells((row) => (row === 0 ? 'fast' : row === 1 ? null : String(row / 2).replace('.', ','))),
    }
    const asNumber: ArrayColumn = { name: 'code', cells: cells((row) => row % 4) }
    const asWords: ArrayColumn = {
      name: 'at',
      type: 'text',
      cells: cells((row) =>
        row === 0 ? 'noon' : row === 1 ? '2026-03-01' : `2026-01-02 03:04:${10 + (row % 40)}`,
      ),
    }
    const { cells: found, differences } = await alignAll(arrayTable([asText, colour, asWords, asNumber]), ',')
    expect(found.get('speed')?.slice(0, 4)).toEqual([Number.NaN, Number.NaN, 1, 1.5])
    expect(found.get('code')?.slice(0, 5)).toEqual(['0', '1', '2', '3', '0'])
    expect(found.get('at')?.slice(0, 3)).toEqual([
      Number.NaN,
      Date.UTC(2026, 2, 1),
      Date.UTC(2026, 0, 2, 3, 4, 12),
    ])
    expect(differences).toEqual<SchemaDifference[]>([
      { kind: 'retyped-column', column: 'speed', expected: 'number', found: 'category', misfits: 1 },
      { kind: 'retyped-column', column: 'at', expected: 'date-time', found: 'text', misfits: 1 },
      { kind: 'retyped-column', column: 'code', expected: 'category', found: 'number', misfits: 0 },
    ])
  })

  it('takes a moment for no number and the other way round', async () => {
    const swapped = arrayTable([
      { ...moment, name: 'speed' },
      { ...speed, name: 'at' },
    ])
    const { cells: found, differences } = await alignAll(swapped)
    expect(found.get('speed')).toEqual(cells(() => Number.NaN))
    expect(differences).toContainEqual({
      kind: 'retyped-column',
      column: 'speed',
      expected: 'number',
      found: 'date-time',
      misfits: rows,
    })
  })

  it('counts categories that training never saw, the commonest first', async () => {
    const colours = cells((row) => (row < 20 ? 'red' : row < 30 ? 'green' : row < 35 ? 'teal' : 'blue'))
    const { differences } = await alignAll(arrayTable([{ name: 'colour', cells: colours }]))
    expect(differences).toContainEqual({
      kind: 'unseen-categories',
      column: 'colour',
      values: ['green', 'teal'],
      rows: 15,
    })
  })

  it('tells unseen from rare values only where the values of the training are known', async () => {
    const rare = cells((row) => (row < 2 ? `rare ${row}` : row % 2 === 0 ? 'red' : 'blue'))
    const table = arrayTable([{ name: 'colour', cells: rare }])
    const withRare = await fitEncoder({ table, signal })
    const next = arrayTable([{ name: 'colour', cells: cells((row) => (row < 3 ? `rare ${row}` : 'red')) }])
    const differencesWith = async (known: readonly string[] | null) => {
      const { reads, align, startTally } = alignColumns({
        encoder: withRare,
        columns: next.columns,
        decimalMark: '.',
        known: () => known,
      })
      const tally = startTally()
      for await (const chunk of next.read(reads)) tally.add(chunk, align(chunk))
      return tally.differences()
    }
    expect(await differencesWith(null)).toEqual([{ kind: 'unlisted-categories', column: 'colour', rows: 3 }])
    expect(await differencesWith(['rare 0', 'rare 1', 'red', 'blue'])).toEqual([
      { kind: 'unseen-categories', column: 'colour', values: ['rare 2'], rows: 1 },
    ])
  })

  it('refuses data without any column in common, naming what was expected', () => {
    expect(() =>
      alignColumns({ encoder, columns: arrayTable([{ ...speed, name: 'x' }]).columns, decimalMark: '.' }),
    ).toThrow(/none of the columns that this model reads \(speed, colour, at, code\)/)
  })

  it('gives cells that the encoder can always encode, whatever the types of the data', async () => {
    const cell = fc.option(fc.oneof(fc.double(), fc.integer(), fc.string()), { nil: null })
    const column = (name: string) =>
      fc
        .tuple(
          fc.constantFrom('number', 'category', 'date-time', 'text', 'identifier', 'constant'),
          fc.array(cell, { minLength: 5, maxLength: 5 }),
        )
        .map(([type, values]): ArrayColumn => {
          const numeric = type === 'number' || type === 'date-time'
          // A stored number or date-time is finite or missing.
          const stored = values.map((value) =>
            !numeric ? value : typeof value === 'number' && Math.abs(value) < 8e15 ? value : null,
          )
          return { name, type, cells: stored }
        })
    const names = encoderColumnNames(encoder)
    await fc.assert(
      fc.asyncProperty(fc.tuple(...names.map(column)), async (columns) => {
        const table = arrayTable(columns, 3)
        const alignment = alignColumns({ encoder, columns: table.columns, decimalMark: '.' })
        const aligned: Table = {
          ...table,
          async *read() {
            for await (const chunk of table.read(alignment.reads)) yield alignment.align(chunk)
          },
        }
        const matrix = await encodeTable({ table: aligned, encoder, signal })
        expect([...matrix.values].every((value) => Number.isNaN(value) || Number.isFinite(value))).toBe(true)
      }),
    )
  })
})
