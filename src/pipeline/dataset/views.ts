import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import type { Dataset } from '../../contract/records.ts'
import type { Database } from './database.ts'
import { tableError } from './layout.ts'

const progressMilliseconds = 200

/**
 * The row numbers that a view's query gives (see `orderQuery`), in its order.
 * @param onProgress 0..1, or null while DuckDB cannot say
 * @throws AbortError when the signal fires: the query is interrupted
 */
export async function readOrder(
  database: Database,
  { datasetId }: Pick<Dataset, 'datasetId'>,
  query: string,
  watch: { readonly signal?: AbortSignal; readonly onProgress?: (share: number | null) => void } = {},
): Promise<Int32Array> {
  const { signal, onProgress } = watch
  signal?.throwIfAborted()
  return await database.withConnection(async (connection) => {
    const interrupt = () => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    const timer = onProgress && (await followProgress(connection, onProgress))
    try {
      return await collect(connection, query, signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw tableError(error, datasetId)
    } finally {
      clearInterval(timer)
      signal?.removeEventListener('abort', interrupt)
    }
  })
}

async function followProgress(connection: DuckDBConnection, onProgress: (share: number | null) => void) {
  // Without the second setting it prints a bar of its own.
  await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false')
  return setInterval(() => {
    const { percentage } = connection.progress
    onProgress(percentage >= 0 ? Math.min(1, percentage / 100) : null)
  }, progressMilliseconds)
}

async function collect(
  connection: DuckDBConnection,
  query: string,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const result = await connection.stream(query)
  const parts: Int32Array[] = []
  let rows = 0
  for (;;) {
    signal?.throwIfAborted()
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    const part = integersOf(chunk.getColumnVector(0)).slice(0, chunk.rowCount)
    parts.push(part)
    rows += part.length
  }
  const order = new Int32Array(rows)
  let at = 0
  for (const part of parts) {
    order.set(part, at)
    at += part.length
  }
  return order
}

/** The values of an INTEGER vector without boxing each of them, as `doublesOf` does. */
function integersOf(vector: DuckDBVector): Int32Array {
  const items: unknown = Reflect.get(vector, 'items')
  return items instanceof Int32Array ? items : Int32Array.from(vector.toArray(), Number)
}
