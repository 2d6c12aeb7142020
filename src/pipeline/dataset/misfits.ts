import type { Dataset } from '../../contract/records.ts'
import { type Database, readRowsOf } from './database.ts'
import { misfitColumn, tableError, tableOf } from './layout.ts'

/** How many cells of each column were left blank by the import because they did not fit its type. */
export async function countMisfits(
  database: Database,
  dataset: Dataset,
  columnNames: readonly string[],
): Promise<number[]> {
  if (columnNames.length === 0) return []
  const table = tableOf(dataset.datasetId)
  const positions = new Map(dataset.columns.map(({ name }, position) => [name, position]))
  return await database
    .withConnection(async (connection) => {
      // Only columns that were checked cell by cell have another one for what did not fit.
      const described = await readRowsOf(connection, `DESCRIBE ${table}`)
      const stored = new Set(described.map(([name]) => String(name)))
      const counts = columnNames.map((name) => {
        const misfit = misfitColumn(positions.get(name) ?? -1)
        return stored.has(misfit) ? `count(${misfit})` : '0'
      })
      const [found = []] = await readRowsOf(connection, `SELECT ${counts.join(', ')} FROM ${table}`)
      return columnNames.map((_, index) => Number(found[index] ?? 0))
    })
    .catch((error) => {
      throw tableError(error, dataset.datasetId)
    })
}
