import { basename } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Column, Dataset, ExportedFile } from '../../contract/records.ts'
import { type Database, quoteText } from '../dataset/database.ts'
import { storedColumn, tableOf } from '../dataset/layout.ts'
import { fullDisk } from '../dataset/writeFully.ts'
import { type AddedColumns, addedColumns, type ExportRow } from './addedColumns.ts'
import { writeExportAt } from './writeExport.ts'

/** Scores and codes are 32-bit floats, which would round a rank above 2^24. */
const sqlTypes = {
  number: 'FLOAT',
  integer: 'INTEGER',
  'date-time': 'TIMESTAMP',
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
} as const

/**
 * Writes rows as Parquet: the table's columns with the types that they are stored in, then what the run says. DuckDB
 * joins and writes; the rows' own columns wait in a table of this connection, spilled where memory ends.
 */
export async function exportParquet(
  input: {
    readonly database: Database
    readonly dataset: Dataset
    readonly path: string
    readonly rows: AsyncIterable<ExportRow> | Iterable<ExportRow>
    readonly codeColumns?: readonly string[] | undefined
    readonly onProgress: (share: number) => void
    readonly signal: AbortSignal
  },
  columns: readonly Column[],
): Promise<ExportedFile> {
  const { database, dataset, path, rows, codeColumns = [], onProgress, signal } = input
  const names = distinctNames(columns.map(({ name }) => name))
  // DuckDB takes names for the same that differ in case only.
  const added = addedColumns(
    names.map((name) => name.toLowerCase()),
    codeColumns,
  )
  return await writeExportAt(path, (part) =>
    database.withConnection(async (connection) => {
      const interrupt = () => connection.interrupt()
      signal.addEventListener('abort', interrupt, { once: true })
      try {
        const fields = added.columns.map(({ kind }, index) => `a${index} ${sqlTypes[kind]}`)
        await connection.run(`CREATE TEMP TABLE added (place INTEGER, ${fields.join(', ')})`)
        const written = await appendRows(connection, rows, added, (row) => {
          signal.throwIfAborted()
          onProgress((0.8 * row) / Math.max(1, dataset.rows))
        })
        const selected = [
          ...columns.map((column, index) => {
            const stored = storedColumn(dataset.columns.indexOf(column))
            return `d.${stored} AS ${quotedName(names[index] ?? stored)}`
          }),
          ...added.columns.map(({ name }, index) => `r.a${index} AS ${quotedName(name)}`),
        ]
        await copy(
          connection,
          basename(path),
          `COPY (SELECT ${selected.join(', ')} FROM ${tableOf(dataset.datasetId)} d JOIN added r ON d.rowid = r.place ORDER BY r.place) TO ${quoteText(part)} (FORMAT parquet, COMPRESSION zstd)`,
        )
        onProgress(1)
        return written
      } finally {
        signal.removeEventListener('abort', interrupt)
        // The connection's end would drop it too, but only after the file is said to be there.
        await connection.run('DROP TABLE IF EXISTS added').catch(() => undefined)
      }
    }),
  )
}

/** @throws Failure `disk` where the file cannot be written */
async function copy(connection: DuckDBConnection, name: string, sql: string): Promise<void> {
  try {
    await connection.run(sql)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/no space left|out of disk/i.test(message)) throw fullDisk(name)
    if (!/^IO Error/.test(message)) throw error
    throw new Failure(
      'disk',
      `${name} cannot be written: ${message.split('\n')[0]}. Choose another folder or free some space.`,
    )
  }
}

async function appendRows(
  connection: DuckDBConnection,
  rows: AsyncIterable<ExportRow> | Iterable<ExportRow>,
  added: AddedColumns,
  onRow: (row: number) => void,
): Promise<number> {
  const appender = await connection.createAppender('added')
  let written = 0
  try {
    for await (const row of rows) {
      appender.appendInteger(row.row)
      for (const [index, cell] of added.cells(row).entries()) {
        if (typeof cell === 'boolean') appender.appendBoolean(cell)
        else if (typeof cell === 'number' && added.columns[index]?.kind === 'integer')
          appender.appendInteger(cell)
        else if (typeof cell === 'number') appender.appendFloat(cell)
        else appender.appendVarchar(cell ?? '')
      }
      appender.endRow()
      if (++written % 2_048 === 0) onRow(row.row)
    }
  } finally {
    appender.closeSync()
  }
  return written
}

const quotedName = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Names that differ in more than case, numbered where they do not. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let unique = name
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}_${count}`
    taken.add(unique.toLowerCase())
    return unique
  })
}
