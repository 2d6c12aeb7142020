import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ImportIssue } from '../../contract/records.ts'
import { type Database, readRowsOf } from './database.ts'
import { cleanPath, sourcePath, tableOf, vanished } from './layout.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS dataset_record (dataset_id VARCHAR NOT NULL, record VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS dataset_issue (
    dataset_id VARCHAR NOT NULL, position INTEGER NOT NULL, line BIGINT, column_name VARCHAR,
    kind VARCHAR NOT NULL, message VARCHAR NOT NULL, raw VARCHAR, action VARCHAR NOT NULL);`

const ready = new WeakMap<Database, Promise<unknown>>()

/** Creates the tables that list data sets and their issues, once per open database. */
export async function ensureSchema(database: Database): Promise<void> {
  const created = ready.get(database) ?? database.run(schema)
  ready.set(database, created)
  try {
    await created
  } catch (error) {
    ready.delete(database)
    throw error
  }
}

/** All data sets, oldest import first. */
export async function listDatasets(database: Database): Promise<Dataset[]> {
  await ensureSchema(database)
  const rows = await database.run('SELECT record FROM dataset_record')
  const datasets = rows.map(([record]) => parseRecord(record))
  return datasets.sort((one, other) => (one.importedAt < other.importedAt ? -1 : 1))
}

/** One data set. Throws `not-found`. */
export async function readDataset(database: Database, datasetId: string): Promise<Dataset> {
  await ensureSchema(database)
  return await database.withConnection((connection) => readRecord(connection, datasetId))
}

/** One data set, as the caller's transaction sees it. Throws `not-found`. */
export async function readRecord(connection: DuckDBConnection, datasetId: string): Promise<Dataset> {
  const rows = await readRowsOf(connection, 'SELECT record FROM dataset_record WHERE dataset_id = ?', [
    datasetId,
  ])
  const record = rows[0]?.[0]
  if (record === undefined) throw vanished(datasetId)
  return parseRecord(record)
}

function parseRecord(record: unknown): Dataset {
  const dataset: Dataset = JSON.parse(String(record))
  return dataset
}

/** Writes a data set's record in the caller's transaction, in place of an older one. */
export async function saveRecord(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  await connection.run('DELETE FROM dataset_record WHERE dataset_id = ?', [dataset.datasetId])
  await connection.run('INSERT INTO dataset_record VALUES (?, ?)', [
    dataset.datasetId,
    JSON.stringify(dataset),
  ])
}

/** Issues written before other calls are answered. */
const turnIssues = 2000

/** Writes what import complained about, in the order given, in the caller's transaction. */
export async function saveIssues(
  connection: DuckDBConnection,
  datasetId: string,
  issues: readonly ImportIssue[],
  signal?: AbortSignal,
): Promise<void> {
  if (issues.length === 0) return
  const appender = await connection.createAppender('dataset_issue')
  for (const [position, issue] of issues.entries()) {
    if (position % turnIssues === turnIssues - 1) {
      await setImmediate()
      signal?.throwIfAborted()
    }
    appender.appendVarchar(datasetId)
    appender.appendInteger(position)
    if (issue.line === null) appender.appendNull()
    else appender.appendBigInt(BigInt(issue.line))
    for (const text of [issue.column, issue.kind, issue.message, issue.raw, issue.action]) {
      if (text === null) appender.appendNull()
      else appender.appendVarchar(text)
    }
    appender.endRow()
  }
  appender.closeSync()
}

/** What import complained about, `from`..`to` (exclusive), in line order. */
export async function readIssues(
  database: Database,
  datasetId: string,
  range: { readonly from: number; readonly to: number },
): Promise<{ issues: ImportIssue[]; total: number }> {
  await ensureSchema(database)
  return await database.withConnection(async (connection) => {
    const counted = await readRowsOf(connection, 'SELECT count(*) FROM dataset_issue WHERE dataset_id = ?', [
      datasetId,
    ])
    const rows = await readRowsOf(
      connection,
      `SELECT line, column_name, kind, message, raw, action FROM dataset_issue
       WHERE dataset_id = ? AND position >= ? AND position < ? ORDER BY position`,
      [datasetId, range.from, range.to],
    )
    const issues = rows.map(
      ([line, column, kind, message, raw, action]) =>
        ({
          line: line === null ? null : Number(line),
          column: column === null ? null : String(column),
          kind: String(kind),
          message: String(message),
          raw: raw === null ? null : String(raw),
          action: String(action),
        }) as ImportIssue,
    )
    return { issues, total: Number(counted[0]?.[0] ?? 0) }
  })
}

/** Forgets a data set: its table, record, issues and kept source. */
export async function deleteDataset(
  database: Database,
  datasetId: string,
  sourceFolder: string,
): Promise<void> {
  await ensureSchema(database)
  await database.change(async (connection) => {
    await readRecord(connection, datasetId)
    await connection.run(`DROP TABLE IF EXISTS ${tableOf(datasetId)}`)
    await connection.run('DELETE FROM dataset_issue WHERE dataset_id = ?', [datasetId])
    await connection.run('DELETE FROM dataset_record WHERE dataset_id = ?', [datasetId])
  })
  // The database comes first: a file without a record is swept up later, a record without its file is a loss.
  for (const path of [sourcePath(sourceFolder, datasetId), cleanPath(sourceFolder, datasetId)]) {
    await rm(path, { force: true })
  }
  await database.checkpoint()
}

/**
 * Removes what an import cut short by a crash left in the source folder. Call when the project opens.
 * Where the end of the log was ever cut off, a text without a record may be all that is left of an import: it is
 * moved aside, to a name ending in `.aside`.
 */
export async function cleanLeftovers(database: Database, sourceFolder: string): Promise<void> {
  const known = new Set((await listDatasets(database)).map(({ datasetId }) => datasetId))
  const beside = await readdir(dirname(database.file)).catch(() => [])
  const damaged = beside.some((name) => name.startsWith(`${basename(database.file)}.wal.damaged-`))
  const names = await readdir(sourceFolder).catch(() => [])
  for (const name of names) {
    const datasetId = name.replace(/(\.clean)?\.csv(\.part)?$/, '')
    const path = join(sourceFolder, name)
    const orphaned = name.endsWith('.csv') && !known.has(datasetId)
    if (orphaned && damaged) await rename(path, `${path}.aside`)
    else if (orphaned || name.endsWith('.part')) await rm(path, { force: true })
  }
}
