/** A column of an exported file. Cells of a `date-time` column are milliseconds since 1970 UTC. */
export interface ExportColumn {
  readonly name: string
  readonly kind: 'number' | 'integer' | 'date-time' | 'text' | 'boolean'
}

/** Null where the cell is missing. Text formats take every cell of the table as the text that stands in the file. */
export type ExportCell = string | number | boolean | null

/** Writes rows in one format, piece by piece. */
export interface RowWriter {
  begin(columns: readonly ExportColumn[]): void
  add(cells: readonly ExportCell[]): void
  end(): void
}

/** Takes the pieces of a file in order. */
export type Sink = (bytes: Uint8Array) => void
