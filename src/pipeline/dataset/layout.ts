import { join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Cell, ColumnType, Dataset } from '../../contract/records.ts'

// Where a data set's parts lie: the names of its table, columns and files.

/** How a column is stored: DOUBLE, TIMESTAMP or VARCHAR. */
export type StoredKind = 'number' | 'date-time' | 'text'

export const sqlTypes: Readonly<Record<StoredKind, string>> = {
  number: 'DOUBLE',
  'date-time': 'TIMESTAMP',
  text: 'VARCHAR',
}

/** The id as part of a table's or a file's name; anything that could leave the folder or the quotes is refused. */
function safeId(datasetId: string): string {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(datasetId)) {
    throw new Failure('bad-request', `"${datasetId.slice(0, 100)}" is not a data set's id.`)
  }
  return datasetId
}

export const tableOf = (datasetId: string): string => `"data_${safeId(datasetId)}"`
/** Columns are numbered, so that no header can clash, be too long or be SQL. */
export const storedColumn = (position: number): string => `c${position}`
/** Texts that did not fit a column's type, beside it; null everywhere else. */
export const misfitColumn = (position: number): string => `m${position}`

/** A column's texts from before it was read as another type, so that this can be taken back. */
export const originalColumn = (position: number): string => `o${position}`

/** The Failure for a data set that is not, or no longer, there. */
export function vanished(datasetId: string): Failure {
  return new Failure('not-found', 'This data set is no longer in the project. It may have been deleted.', {
    datasetId,
  })
}

/** The Failure for a row number beyond the table. */
export function noRow(dataset: Pick<Dataset, 'name' | 'rows'>, row: number): Failure {
  const sentence = `${dataset.name} has no row ${row}; its rows are 0 to ${dataset.rows - 1}.`
  return new Failure('not-found', sentence, { row })
}

/** What a query on a data set's table threw: a Failure when the table was deleted meanwhile. */
export function tableError(error: unknown, datasetId: string): unknown {
  const missing =
    error instanceof Error && /Catalog Error.*Table with name data_\S+ does not exist/is.test(error.message)
  return missing ? vanished(datasetId) : error
}

/** The decoded source, kept as UTF-8. */
export const sourcePath = (folder: string, datasetId: string): string =>
  join(folder, `${safeId(datasetId)}.csv`)
/** The same without lines that could not be read; exists only when there were any. */
export const cleanPath = (folder: string, datasetId: string): string =>
  join(folder, `${safeId(datasetId)}.clean.csv`)

/** The form in which a type's cells leave the store: numbers, or texts. */
export const isNumeric = (type: ColumnType): boolean => type === 'number' || type === 'date-time'

/** Milliseconds since 1970 UTC as ISO text, without a zero fraction. */
export function isoText(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().replace('.000Z', 'Z')
}

/** A stored value as shown. */
export function shownCell(kind: StoredKind, value: string | number | null): Cell {
  return kind === 'date-time' && typeof value === 'number' ? isoText(value) : value
}
