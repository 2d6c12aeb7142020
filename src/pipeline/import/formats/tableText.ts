import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../../contract/failure.ts'
import type { Dialect } from '../../../contract/records.ts'
import { type Database, quoteText, readRowsOf } from '../../dataset/database.ts'

/** How the text is cut that `writeTableText` writes. What is no number counts as missing there too. */
export const tableTextDialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  hasHeader: true,
  decimalMark: '.',
  skipLines: 0,
  missingMarks: ['', 'nan'],
}

export interface TableTextInput {
  readonly database: Database
  readonly path: string
  readonly fileName: string
  readonly format: 'parquet' | 'json'
  /** The file to write. */
  readonly target: string
  /** Only so many rows, for a preview; null: all. */
  readonly limit: number | null
  readonly signal: AbortSignal
}

/**
 * Writes a table whose cells have types as text, in bounded memory: numbers with as many digits as bring them back
 * exactly, times in UTC, nested values as JSON.
 * @returns the number of rows written
 * @throws Failure naming the place where the file cannot be read; AbortError
 */
export async function writeTableText(input: TableTextInput): Promise<number> {
  const { database, target, limit, signal } = input
  return database.withConnection(async (connection) => {
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    try {
      signal.throwIfAborted()
      const reader = readerOf(input)
      const columns = await columnsOf(connection, reader)
      if (columns.length === 0) {
        throw new Failure('unreadable-file', `${input.fileName} has no columns. Choose a file with a table.`)
      }
      const names = columns.map((_, position) => `c${position}`)
      const cells = columns.map(({ name, type }, position) => {
        // A name that is empty cannot be written in SQL; blank ones are numbered by the import.
        const alias = (name === '' ? ' ' : name).replaceAll('"', '""')
        return `${cellText(`c${position}`, type, input.format)} AS "${alias}"`
      })
      // In a table of one column a missing cell must not look like a blank line.
      const missing = columns.length === 1 ? 'nan' : ''
      const [counted = []] = await readRowsOf(
        connection,
        `COPY (SELECT ${cells.join(', ')} FROM (SELECT * FROM ${reader}) AS t(${names.join(', ')})
         ${limit === null ? '' : `LIMIT ${limit}`})
         TO ${quoteText(target)} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', NULLSTR '${missing}')`,
      )
      return Number(counted[0])
    } catch (error) {
      throw signal.aborted ? signal.reason : unreadable(error, input)
    } finally {
      signal.removeEventListener('abort', interrupt)
    }
  })
}

function readerOf({ path, format, limit }: TableTextInput): string {
  // DuckDB would take these characters for patterns, and folders named a=1 for columns.
  const file = quoteText(path.replace(/[[*?]/g, '[$&]'))
  if (format === 'parquet') return `read_parquet(${file}, hive_partitioning = false)`
  // An import looks at every object for its keys, so that none is lost; a preview at the first ones.
  const sampled = limit === null ? -1 : limit
  return `read_json(${file}, format = 'auto', records = true, maximum_depth = 1, sample_size = ${sampled},
    compression = 'uncompressed', hive_partitioning = false)`
}

async function columnsOf(
  connection: DuckDBConnection,
  reader: string,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const rows = await readRowsOf(connection, `DESCRIBE SELECT * FROM ${reader}`)
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }))
}

function cellText(column: string, type: string, format: 'parquet' | 'json'): string {
  if (format === 'json') return `${column} ->> '$'`
  if (type === 'TIMESTAMP WITH TIME ZONE') return `${column} AT TIME ZONE 'UTC'`
  // To the microsecond, as date-times are kept.
  if (type.startsWith('TIMESTAMP')) return `${column}::TIMESTAMP`
  return /[[(]/.test(type) && !type.startsWith('DECIMAL') ? `to_json(${column})` : column
}

function unreadable(error: unknown, { fileName, format, path, target }: TableTextInput): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  const [first = ''] = error.message.split('\n')
  const plain = first.replaceAll(path, fileName).replaceAll(target, 'the project').trim()
  // The kind of DuckDB's error tells a person nothing.
  const said = plain.replace(/^[A-Z][A-Za-z ]* Error: /, '').replace(/([^.!?])$/, '$1.')
  if (/no space left|could not write/i.test(said)) {
    return new Failure('disk', `The disk is full while importing ${fileName}. Free some space and try again.`)
  }
  const line = /in line (\d+)/.exec(said)?.[1]
  const sentence =
    format === 'json'
      ? `${fileName} begins as JSON but cannot be read as a table of objects: ${said} Correct it there, or export it again.`
      : `${fileName} is a Parquet file that cannot be read: ${said} Copy or download it again, or write it anew.`
  return new Failure('unreadable-file', sentence, { line: line === undefined ? null : Number(line) })
}
