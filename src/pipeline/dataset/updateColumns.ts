import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Column, ColumnChoice, ColumnType, Dataset } from '../../contract/records.ts'
import { noColumn, notConstant, proposeRole } from './columnTypes.ts'
import { type Database, readRowsOf } from './database.ts'
import { type DateForm, dateExpression, findDateForm, isoForm } from './dates.ts'
import { originalColumn, type StoredKind, storedColumn, tableOf } from './layout.ts'
import { numberReading } from './numbers.ts'
import { type ProfiledColumn, profileColumns } from './profile.ts'
import { ensureSchema, readRecord, saveRecord } from './store.ts'
import { storedKinds } from './vectors.ts'

/** One column that changes its type. */
interface Change {
  readonly position: number
  readonly column: Column
  readonly type: ColumnType
  readonly stored: StoredKind
  readonly target: StoredKind
}

/**
 * Changes roles and types of imported columns, all of them or none. Throws a Failure: `not-found` for a column
 * or data set that is not there, `bad-request` for a type that does not fit, naming the first row that does not.
 */
export async function updateColumns(
  database: Database,
  datasetId: string,
  choices: Readonly<Record<string, ColumnChoice>>,
): Promise<Dataset> {
  await ensureSchema(database)
  return await database.change(async (connection) => {
    const dataset = await readRecord(connection, datasetId)
    return await changeColumns(connection, dataset, new Map(Object.entries(choices)))
  })
}

/** `updateColumns` within the caller's transaction. */
export async function changeColumns(
  connection: DuckDBConnection,
  dataset: Dataset,
  chosen: ReadonlyMap<string, ColumnChoice>,
): Promise<Dataset> {
  for (const name of chosen.keys()) {
    if (!dataset.columns.some((column) => column.name === name))
      throw noColumn(`The data set ${dataset.name}`, name)
  }
  const kinds = await storedKinds(connection, dataset)
  const names = await storedNames(connection, tableOf(dataset.datasetId))
  const changes = dataset.columns.flatMap((column, position): Change[] => {
    const type = chosen.get(column.name)?.type
    if (type === undefined || type === column.type) return []
    const stored = kinds[position] ?? 'text'
    const hasOriginal = names.has(originalColumn(position))
    return [{ position, column, type, stored, target: targetKind({ column, type, stored, hasOriginal }) }]
  })
  const retyped = await retype(connection, dataset, changes)
  const columns = dataset.columns.map((column, position): Column => {
    const current = retyped.get(position) ?? column
    const proposed =
      current.type === column.type ? column.role : proposeRole(column.name, current.type, current.distinct)
    return { ...current, role: chosen.get(column.name)?.role ?? proposed }
  })
  const updated = { ...dataset, columns }
  await saveRecord(connection, updated)
  return updated
}

/**
 * How a column must be stored for a type. Numbers serve as categories and texts without being rewritten, unless they
 * were texts before: those come back as they were written, 007 and 1.50 too.
 */
function targetKind(input: {
  readonly column: Column
  readonly type: ColumnType
  readonly stored: StoredKind
  readonly hasOriginal: boolean
}): StoredKind {
  const { column, type, stored, hasOriginal } = input
  if (type === 'constant' && column.distinct > 1) throw notConstant(column.name, column.distinct)
  if (type !== 'number' && type !== 'date-time') return hasOriginal ? 'text' : stored
  if (stored === type || stored === 'text') return type
  throw new Failure(
    'bad-request',
    `Column "${column.name}" holds ${stored}s and cannot be read as a ${type}.`,
    {
      column: column.name,
    },
  )
}

/** Names of all columns of a table as stored. */
async function storedNames(connection: DuckDBConnection, table: string): Promise<ReadonlySet<string>> {
  return new Set((await readRowsOf(connection, `DESCRIBE ${table}`)).map(([name]) => String(name)))
}

/** Rewrites and profiles the columns that change; the result is keyed by position. */
async function retype(
  connection: DuckDBConnection,
  dataset: Dataset,
  changes: readonly Change[],
): Promise<Map<number, Column>> {
  const table = tableOf(dataset.datasetId)
  const stored = await storedNames(connection, table)
  const replaced: string[] = []
  const kept: string[] = []
  const restored: string[] = []
  for (const change of changes.filter((one) => one.stored !== one.target)) {
    const column = storedColumn(change.position)
    const original = originalColumn(change.position)
    if (change.target === 'text') {
      restored.push(original)
      replaced.push(`${original} AS ${column}`)
      continue
    }
    const expression = await conversion(connection, dataset, change)
    await refuseMisfits(connection, dataset, change, expression)
    replaced.push(`${expression} AS ${column}`)
    if (!stored.has(original)) kept.push(`, ${column} AS ${original}`)
  }
  if (replaced.length > 0) {
    const exclude = restored.length > 0 ? `EXCLUDE (${restored.join(', ')})` : ''
    await connection.run(
      `CREATE OR REPLACE TABLE ${table} AS
       SELECT * ${exclude} REPLACE (${replaced.join(', ')})${kept.join('')} FROM ${table}`,
    )
  }
  const profiled = changes.map(({ position, target, type }): ProfiledColumn => {
    return { position, kind: target, asValues: type !== 'number' && type !== 'date-time' }
  })
  const profiles = await profileColumns({ connection, table, rows: dataset.rows, columns: profiled })
  return new Map(
    changes.map(({ position, column, type }, index) => {
      const profile = profiles[index]
      if (profile === undefined) return [position, column]
      const { minimum, maximum, mean, distribution, distinct } = profile
      return [position, { ...column, type, minimum, maximum, mean, distribution, distinct }]
    }),
  )
}

/** SQL that turns a stored text into the new kind, null where it does not fit. */
async function conversion(connection: DuckDBConnection, dataset: Dataset, change: Change): Promise<string> {
  const column = storedColumn(change.position)
  if (change.target === 'date-time')
    return dateExpression(await dateForm(connection, dataset, change), column)
  return numberReading(column, dataset.dialect.decimalMark)
}

async function dateForm(connection: DuckDBConnection, dataset: Dataset, change: Change): Promise<DateForm> {
  const column = storedColumn(change.position)
  const rows = await readRowsOf(
    connection,
    `SELECT DISTINCT ${column} FROM ${tableOf(dataset.datasetId)} WHERE ${column} IS NOT NULL LIMIT 10000`,
  )
  return (
    findDateForm(
      rows.map(([text]) => String(text)),
      0.5,
    ) ?? isoForm
  )
}

async function refuseMisfits(
  connection: DuckDBConnection,
  dataset: Dataset,
  change: Change,
  expression: string,
): Promise<void> {
  const column = storedColumn(change.position)
  const [first] = await readRowsOf(
    connection,
    `SELECT rowid, ${column}, count(*) OVER () FROM ${tableOf(dataset.datasetId)}
     WHERE ${column} IS NOT NULL AND ${expression} IS NULL ORDER BY rowid LIMIT 1`,
  )
  if (first === undefined) return
  const [row, text, count] = first
  throw new Failure(
    'bad-request',
    `Column "${change.column.name}" cannot be a ${change.type}: row ${Number(row) + 1} holds "${String(text).slice(0, 200)}", and ${count} cells in all do not fit. Import the file again with such texts among the missing marks, or leave the column as it is.`,
    { column: change.column.name, row: Number(row) },
  )
}
