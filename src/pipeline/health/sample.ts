import type { Column, Dataset } from '../../contract/records.ts'
import type { Database } from '../dataset/database.ts'
import { storedColumn, tableOf } from '../dataset/layout.ts'
import { doublesOf, numberExpression } from '../dataset/numberFacts.ts'
import { storedKinds } from '../dataset/vectors.ts'

/** Rows looked at, at most. */
const mostRows = 100_000
/** Cells held at once, at most: 160 MB. */
const mostCells = 20_000_000

/** A column's cells in some rows of the table, in file order; NaN where missing. */
export interface SampledColumn {
  readonly column: Column
  readonly position: number
  /** Numbers and moments as they are (moments in milliseconds). Of texts a 53-bit hash: equal texts, equal numbers. */
  readonly values: Float64Array
}

export interface TableSample {
  readonly rows: number
  /** Whether these are all rows of the table. */
  readonly whole: boolean
  readonly columns: readonly SampledColumn[]
}

/**
 * The same rows of a table at every reading, spread over all of it: all, or at least some 100,000 and fewer the more
 * columns there are.
 */
export async function sampleTable(
  database: Database,
  dataset: Dataset,
  signal: AbortSignal | undefined,
): Promise<TableSample> {
  const wanted = Math.max(
    200,
    Math.min(mostRows, Math.floor(mostCells / Math.max(1, dataset.columns.length))),
  )
  const every = Math.max(1, Math.floor(dataset.rows / wanted))
  return await database.withConnection(async (connection) => {
    const kinds = await storedKinds(connection, dataset)
    const expressions = dataset.columns.map((_, position) => {
      const kind = kinds[position] ?? 'text'
      const value =
        kind === 'text'
          ? `CASE WHEN ${storedColumn(position)} IS NULL THEN NULL ELSE hash(${storedColumn(position)})::DOUBLE END`
          : numberExpression(position, kind)
      return `coalesce(${value}, 'nan'::DOUBLE)`
    })
    // By a hash of the row's number: every n-th row could walk in step with something in the data.
    const some = every === 1 ? '' : `WHERE hash(rowid) % ${every} = 0`
    const result = await connection.stream(
      `SELECT ${expressions.join(', ')} FROM ${tableOf(dataset.datasetId)} ${some}`,
    )
    const blocks: Float64Array[][] = dataset.columns.map(() => [])
    let rows = 0
    for (;;) {
      signal?.throwIfAborted()
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) break
      rows += chunk.rowCount
      for (const [index, column] of blocks.entries()) {
        column.push(doublesOf(chunk.getColumnVector(index)).slice(0, chunk.rowCount))
      }
    }
    return {
      rows,
      whole: every === 1,
      columns: dataset.columns.map((column, position) => ({
        column,
        position,
        values: joined(blocks[position] ?? [], rows),
      })),
    }
  })
}

function joined(blocks: readonly Float64Array[], rows: number): Float64Array {
  const values = new Float64Array(rows)
  let at = 0
  for (const block of blocks) {
    values.set(block, at)
    at += block.length
  }
  return values
}
