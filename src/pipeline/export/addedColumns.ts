import { shortNumber } from './csvText.ts'
import type { ExportCell, ExportColumn } from './writers/rowWriter.ts'

/** What a run says of a row. */
export interface ExportRow {
  /** 0-based row number in file order. */
  readonly row: number
  readonly score: number
  readonly rank: number
  readonly flagged: boolean
  /** Names of the columns with the largest shares, largest first. */
  readonly topColumns: readonly string[]
  /** One number for each code column. */
  readonly code?: ArrayLike<number> | undefined
}

/** The columns behind the table's own. */
export interface AddedColumns {
  readonly columns: readonly ExportColumn[]
  cells(row: ExportRow): ExportCell[]
}

const kinds: Readonly<Record<string, ExportColumn['kind']>> = {
  anomaly_score: 'number',
  anomaly_rank: 'integer',
  flagged: 'boolean',
  top_columns: 'text',
}

/** The names, numbered where the table has such a column already. */
export function newNames(table: readonly string[], names: readonly string[]): string[] {
  const taken = new Set(table)
  return names.map((name) => {
    let unique = name
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`
    return unique
  })
}

/** Score, rank, flag, top columns, then codes. */
export function addedColumns(table: readonly string[], codes: readonly string[]): AddedColumns {
  const names = [...Object.keys(kinds), ...codes]
  const unique = newNames(table, names)
  const columns = names.map((name, index): ExportColumn => {
    return { name: unique[index] ?? name, kind: kinds[name] ?? 'number' }
  })
  return {
    columns,
    cells: ({ score, rank, flagged, topColumns, code = [] }) => [
      shortNumber(score),
      rank,
      flagged,
      topColumns.join('; '),
      ...Array.from(code, shortNumber),
    ],
  }
}
