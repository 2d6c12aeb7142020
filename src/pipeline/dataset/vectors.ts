import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Dataset } from '../../contract/records.ts'
import { readRowsOf } from './database.ts'
import { isNumeric, isoText, type StoredKind, storedColumn, tableError, tableOf } from './layout.ts'
import { doublesOf, numberExpression } from './numberFacts.ts'
import type { CellVector } from './table.ts'

/** One column as a query reads it. */
export interface ColumnReading {
  readonly position: number
  readonly stored: StoredKind
  /** SQL whose result is DOUBLE (date-times as milliseconds) or VARCHAR. */
  readonly expression: string
  /** The same with NaN for missing cells where the column is read as numbers. */
  readonly vectorExpression: string
}

/** How each named column is stored and read. Throws `not-found` for a name the table does not have. */
export async function columnReadings(
  connection: DuckDBConnection,
  dataset: Dataset,
  columnNames: readonly string[],
): Promise<ColumnReading[]> {
  const kinds = await storedKinds(connection, dataset)
  const positions = new Map(dataset.columns.map((column, position) => [column.name, position]))
  return columnNames.map((name) => {
    const position = positions.get(name)
    if (position === undefined) {
      throw new Failure('not-found', `The data set ${dataset.name} has no column "${name}".`, {
        column: name,
      })
    }
    const stored = kinds[position] ?? 'text'
    const value = stored === 'text' ? storedColumn(position) : numberExpression(position, stored)
    const column = dataset.columns[position]
    const fills = column !== undefined && isNumeric(column.type) && column.missing > 0
    const vectorExpression = fills ? `coalesce(${value}, 'nan'::DOUBLE)` : value
    return { position, stored, expression: value, vectorExpression }
  })
}

/** How each column is stored, by position. */
export async function storedKinds(connection: DuckDBConnection, dataset: Dataset): Promise<StoredKind[]> {
  const rows = await readRowsOf(connection, `DESCRIBE ${tableOf(dataset.datasetId)}`).catch((error) => {
    throw tableError(error, dataset.datasetId)
  })
  const kinds: StoredKind[] = []
  for (const [name, type] of rows) {
    const position = /^c(\d+)$/.exec(String(name))?.[1]
    if (position === undefined) continue
    kinds[Number(position)] = type === 'DOUBLE' ? 'number' : type === 'TIMESTAMP' ? 'date-time' : 'text'
  }
  return kinds
}

/** Collects DuckDB's small chunks into one run of rows per column. */
export class VectorBuilder {
  readonly #sinks: (Float64Array | (string | null)[])[]
  readonly #readings: readonly ColumnReading[]
  rows = 0

  constructor(dataset: Dataset, readings: readonly ColumnReading[], capacity: number) {
    this.#readings = readings
    this.#sinks = readings.map(({ position }) => {
      const type = dataset.columns[position]?.type
      return type !== undefined && isNumeric(type) ? new Float64Array(capacity) : []
    })
  }

  append(chunk: DuckDBDataChunk): void {
    const rows = chunk.rowCount
    for (const [index, reading] of this.#readings.entries()) {
      const vector = chunk.getColumnVector(index)
      const sink = this.#sinks[index]
      if (sink instanceof Float64Array) {
        sink.set(doublesOf(vector), this.rows)
      } else if (sink !== undefined) {
        for (let row = 0; row < rows; row++) sink.push(asText(reading.stored, vector.getItem(row)))
      }
    }
    this.rows += rows
  }

  build(): CellVector[] {
    return this.#sinks.map((sink) =>
      sink instanceof Float64Array
        ? { kind: 'number', values: sink.subarray(0, this.rows) }
        : { kind: 'text', values: sink },
    )
  }
}

function asText(stored: StoredKind, value: unknown): string | null {
  if (value === null || value === undefined) return null
  return stored === 'date-time' ? isoText(Number(value)) : String(value)
}
