import type { Dataset } from '../../contract/records.ts'
import type { Database } from './database.ts'
import { noRow, tableError, tableOf } from './layout.ts'
import type { Table, TableChunk } from './table.ts'
import { columnReadings, VectorBuilder } from './vectors.ts'

/** Cells in one chunk at most, so that 5,000 columns do not ask for gigabytes. */
const chunkCells = 2_000_000

/** An imported table as a stream of typed chunks. Each `read` has a connection of its own. */
export function openTable(database: Database, dataset: Dataset): Table {
  return {
    rows: dataset.rows,
    columns: dataset.columns,
    read: (columnNames, signal) => readChunks(database, dataset, columnNames, signal),
  }
}

async function* readChunks(
  database: Database,
  dataset: Dataset,
  columnNames: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<TableChunk> {
  if (columnNames.length === 0) return
  signal?.throwIfAborted()
  const connection = await database.connect()
  try {
    const readings = await columnReadings(connection, dataset, columnNames)
    const wanted = Math.min(65_536, Math.max(2_048, Math.floor(chunkCells / columnNames.length)))
    const expressions = readings.map(({ vectorExpression }) => vectorExpression).join(', ')
    const result = await connection.stream(`SELECT ${expressions} FROM ${tableOf(dataset.datasetId)}`)
    let firstRow = 0
    // DuckDB hands out 2,048 rows at a time; the builder has room for one such chunk too many.
    let builder = new VectorBuilder(dataset, readings, wanted + 2_048)
    for (;;) {
      signal?.throwIfAborted()
      const chunk = await result.fetchChunk()
      const ended = chunk === null || chunk.rowCount === 0
      if (!ended) builder.append(chunk)
      if (builder.rows >= wanted || (ended && builder.rows > 0)) {
        yield { firstRow, rows: builder.rows, vectors: builder.build() }
        firstRow += builder.rows
        builder = new VectorBuilder(dataset, readings, wanted + 2_048)
      }
      if (ended) return
    }
  } catch (error) {
    throw tableError(error, dataset.datasetId)
  } finally {
    connection.disconnectSync()
  }
}

/**
 * The named columns of scattered rows, in the order asked for; `firstRow` is 0. Row numbers may repeat.
 * Throws `not-found` for a row that is not there.
 */
export async function readTableRows(
  database: Database,
  dataset: Dataset,
  rowNumbers: readonly number[],
  columnNames: readonly string[],
): Promise<TableChunk> {
  if (rowNumbers.length === 0 || columnNames.length === 0) {
    return {
      firstRow: 0,
      rows: rowNumbers.length,
      vectors: columnNames.map(() => ({ kind: 'text', values: [] })),
    }
  }
  return await database.withConnection(async (connection) => {
    const readings = await columnReadings(connection, dataset, columnNames)
    const expressions = readings.map(({ vectorExpression }) => vectorExpression).join(', ')
    const numbers = rowNumbers.map((row) => Math.trunc(row)).join(',')
    const table = tableOf(dataset.datasetId)
    const result = await connection.run(
      `SELECT ${expressions}, rowid FROM ${table} WHERE rowid IN (${numbers}) ORDER BY rowid`,
    )
    const builder = new VectorBuilder(dataset, readings, new Set(rowNumbers).size + 2_048)
    const place = new Map<number, number>()
    for await (const chunk of result) {
      builder.append(chunk)
      for (const row of chunk.getColumnValues(readings.length)) place.set(Number(row), place.size)
    }
    const order = rowNumbers.map((row) => {
      const at = place.get(row)
      if (at === undefined) throw noRow(dataset, row)
      return at
    })
    const vectors = builder
      .build()
      .map((vector) =>
        vector.kind === 'number'
          ? { kind: vector.kind, values: Float64Array.from(order, (at) => vector.values[at] ?? Number.NaN) }
          : { kind: vector.kind, values: order.map((at) => vector.values[at] ?? null) },
      )
    return { firstRow: 0, rows: rowNumbers.length, vectors }
  })
}
