import type { Column, Dataset } from '../../contract/records.ts'
import type { Database } from '../dataset/database.ts'
import { isNumeric } from '../dataset/layout.ts'
import { isNumberText } from '../dataset/numbers.ts'
import { openTable } from '../dataset/openTable.ts'
import type { CellVector } from '../dataset/table.ts'
import type { ExportCell, ExportColumn } from './writers/rowWriter.ts'

/** Consecutive rows of a table, cell by cell. */
export interface CellBatch {
  readonly firstRow: number
  readonly rows: number
  cells(index: number): readonly ExportCell[]
  /** Share of the table read so far. */
  readonly share: number
}

/** The columns' kinds in formats that know numbers from texts. */
export const typedColumns = (columns: readonly Column[]): ExportColumn[] =>
  columns.map(({ name, type }) => ({ name, kind: type === 'number' || type === 'date-time' ? type : 'text' }))

/** The cells of some columns as the table has them typed; what did not fit a column's type is missing. */
export async function* readTypedRecords(
  database: Database,
  dataset: Dataset,
  columns: readonly Column[],
  signal: AbortSignal,
): AsyncGenerator<CellBatch> {
  const names = columns.map(({ name }) => name)
  for await (const { firstRow, rows, vectors } of openTable(database, dataset).read(names, signal)) {
    const readers = columns.map((column, index) => cellReader(column, vectors[index]))
    yield {
      firstRow,
      rows,
      cells: (index) => readers.map((read) => read(index)),
      share: dataset.rows === 0 ? 1 : (firstRow + rows) / dataset.rows,
    }
  }
}

function cellReader(column: Column, vector: CellVector | undefined): (index: number) => ExportCell {
  if (vector?.kind === 'number') {
    return (index) => {
      const value = vector.values[index] ?? Number.NaN
      return Number.isNaN(value) ? null : value
    }
  }
  const values = vector?.values ?? []
  // Identifiers, constants and categories may be stored as numbers, whose texts are JavaScript's own.
  const isStoredNumber = column.minimum !== null && !isNumeric(column.type)
  return (index) => {
    const text = values[index] ?? null
    return isStoredNumber && text !== null && isNumberText(text, '.') ? Number(text) : text
  }
}
