import type { Column } from '../../contract/records.ts'

/** One column's cells for a run of rows. Date-times are milliseconds since 1970 UTC. */
export type CellVector =
  /** NaN where the cell is missing. Number and date-time columns. */
  | { readonly kind: 'number'; readonly values: Float64Array }
  /** null where the cell is missing. Every other column. */
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] }

/** Some columns of consecutive rows. */
export interface TableChunk {
  readonly firstRow: number
  readonly rows: number
  /** In the order asked for. */
  readonly vectors: readonly CellVector[]
}

/** An imported table, wherever it lies. Rows are numbered from 0 in file order. */
export interface Table {
  readonly rows: number
  readonly columns: readonly Column[]
  /** The named columns in chunks, in row order. Stops with an AbortError when the signal fires. */
  read(columnNames: readonly string[], signal?: AbortSignal): AsyncIterable<TableChunk>
}
