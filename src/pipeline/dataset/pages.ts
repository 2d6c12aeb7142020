import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cell, Dataset, RowPage } from '../../contract/records.ts'
import { type Database, readRowsOf } from './database.ts'
import { noRow, shownCell, tableError, tableOf } from './layout.ts'
import { columnReadings } from './vectors.ts'

/** Rows `from`..`to` (exclusive) in file order; every column unless some are named. */
export async function readRowPage(
  database: Database,
  dataset: Dataset,
  range: { readonly from: number; readonly to: number },
  columns: readonly string[] = dataset.columns.map(({ name }) => name),
): Promise<RowPage> {
  const from = Math.max(0, Math.trunc(range.from))
  const to = Math.min(dataset.rows, Math.trunc(range.to))
  if (!(from < to)) return { columns, rows: [], cells: [], total: dataset.rows }
  const cells = await database.withConnection((connection) =>
    selectCells(connection, dataset, columns, `rowid >= ${from} AND rowid < ${to}`),
  )
  return { columns, rows: cells.rows, cells: cells.cells, total: dataset.rows }
}

/** The cells of scattered rows, one entry per row number in the order asked for. Throws `not-found`. */
export async function readCells(
  database: Database,
  dataset: Dataset,
  rowNumbers: readonly number[],
  columnNames: readonly string[] = dataset.columns.map(({ name }) => name),
): Promise<{ cells: Cell[][] }> {
  if (rowNumbers.length === 0) return { cells: [] }
  const numbers = rowNumbers.map((row) => Math.trunc(row)).join(',')
  const found = await database.withConnection((connection) =>
    selectCells(connection, dataset, columnNames, `rowid IN (${numbers})`),
  )
  const byRow = new Map(found.rows.map((row, index) => [row, found.cells[index] ?? []]))
  const cells = rowNumbers.map((row) => {
    const values = byRow.get(row)
    if (values === undefined) throw noRow(dataset, row)
    return values
  })
  return { cells }
}

async function selectCells(
  connection: DuckDBConnection,
  dataset: Dataset,
  columnNames: readonly string[],
  condition: string,
): Promise<{ rows: number[]; cells: Cell[][] }> {
  const readings = await columnReadings(connection, dataset, columnNames)
  const expressions = ['rowid', ...readings.map(({ expression }) => expression)].join(', ')
  const table = tableOf(dataset.datasetId)
  const found = await readRowsOf(
    connection,
    `SELECT ${expressions} FROM ${table} WHERE ${condition} ORDER BY rowid`,
  ).catch((error) => {
    throw tableError(error, dataset.datasetId)
  })
  const rows = found.map(([row]) => Number(row))
  const cells = found.map((values) =>
    readings.map(({ stored }, index) => {
      const value = values[index + 1]
      return typeof value === 'number' || typeof value === 'string' ? shownCell(stored, value) : null
    }),
  )
  return { rows, cells }
}
