import type { Dataset, HealthFinding } from '../../contract/records.ts'
import { type Database, readRowsOf } from '../dataset/database.ts'
import { storedColumn, tableOf } from '../dataset/layout.ts'
import { percent } from './columnChecks.ts'

/** Rows compared, at most; of longer tables the first ones. */
const mostRows = 1_000_000
/** Wider tables are not compared row by row. */
const mostColumns = 2_000
/** A share that a table of rounded measurements reaches by chance is no news. */
const leastShare = 0.01

/** Rows that say the same as an earlier row in all features, compared by a 64-bit hash. */
export async function duplicateRows(database: Database, dataset: Dataset): Promise<HealthFinding[]> {
  const positions = dataset.columns.flatMap(({ role }, position) => (role === 'feature' ? [position] : []))
  if (positions.length === 0 || positions.length > mostColumns) return []
  const columns = positions.map(storedColumn).join(', ')
  const [row = []] = await database.withConnection((connection) =>
    readRowsOf(
      connection,
      `SELECT count(*), count(DISTINCT key) FROM
         (SELECT hash(row(${columns})) AS key FROM ${tableOf(dataset.datasetId)} LIMIT ${mostRows})`,
    ),
  )
  const rows = Number(row[0] ?? 0)
  const copies = rows - Number(row[1] ?? 0)
  if (copies < leastShare * rows || copies === 0) return []
  const of = rows < dataset.rows ? `the first ${rows.toLocaleString('en-US')} rows` : 'the rows'
  return [
    {
      kind: 'duplicate-rows',
      serious: false,
      columns: [],
      message: `${copies.toLocaleString('en-US')} of ${of} (${percent(copies / rows)}) repeat an earlier row in every feature.`,
      reason:
        'What is repeated looks more usual than it is. Where the copies are an export that ran twice, remove them from the file and import it again.',
      fix: null,
    },
  ]
}
