import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Dialect } from '../../contract/records.ts'
import type { ColumnReadingPlan } from '../dataset/columnTypes.ts'
import { quoteText } from '../dataset/database.ts'
import { dateExpression, isoForm } from '../dataset/dates.ts'
import { misfitColumn, sqlTypes, storedColumn } from '../dataset/layout.ts'
import { numberReading } from '../dataset/numbers.ts'

/** How a column is read in one attempt. */
export interface ColumnLoad extends ColumnReadingPlan {
  /**
   * `typed`: DuckDB's reader converts, and a text that does not fit refuses its row; texts are kept as they are.
   * `checked`: read as text, trimmed and converted afterwards; texts that do not fit are kept beside the column.
   */
  readonly reading: 'typed' | 'checked'
  /** The person asked for this type, so it is not given up for a misfit. */
  readonly chosen: boolean
}

export interface QueryInput {
  /** Quoted name. */
  readonly table: string
  readonly file: string
  readonly dialect: Dialect
  readonly newline: '\n' | '\r\n'
  /** Size of the longest record, in bytes. */
  readonly longestRecord: number
}

export interface LoadInput extends QueryInput {
  readonly connection: DuckDBConnection
  readonly fileName: string
  /** Rows that the scan counted. */
  readonly rows: number
  readonly signal: AbortSignal
}

/** Room for one line in DuckDB's reader: with more it takes a sixth longer, and it reserves four times as much. */
export const lineBytes = 2 * 1024 * 1024

/** The statement that makes a table of a file as its columns are to be read. */
export function tableQuery(input: QueryInput, loads: readonly ColumnLoad[]): string {
  const { dialect } = input
  const columns = loads.map((load, position) => {
    const type = load.reading === 'typed' ? sqlTypes[load.kind] : 'VARCHAR'
    return `'${storedColumn(position)}': '${type}'`
  })
  const marks = dialect.missingMarks.filter((mark) => !isSpecialMark(mark, dialect))
  const lineRoom = Math.max(lineBytes, input.longestRecord + 1)
  const options = [
    quoteText(input.file),
    'auto_detect=false',
    // Whatever the file and its folders are called.
    "compression='none'",
    'hive_partitioning=false',
    `delim=${quoteText(dialect.delimiter)}`,
    `quote=${quoteText(dialect.quote)}`,
    `escape=${quoteText(dialect.quote)}`,
    `header=${dialect.hasHeader}`,
    `new_line='${input.newline === '\n' ? '\\n' : '\\r\\n'}'`,
    `decimal_separator='${dialect.decimalMark}'`,
    `columns={${columns.join(', ')}}`,
    `nullstr=[${(marks.length === 0 ? [''] : marks).map(quoteText).join(', ')}]`,
    'store_rejects=true',
    'rejects_limit=100000',
    `max_line_size=${lineRoom}`,
    `buffer_size=${4 * lineRoom}`,
  ]
  const selected = loads.flatMap((load, position) => selectColumn(load, position, dialect))
  return `CREATE TABLE ${input.table} AS SELECT ${selected.join(', ')} FROM read_csv(${options.join(', ')})`
}

/** One attempt: the table as DuckDB's reader makes it of the file; what it refuses is in `reject_errors`. */
export async function createTable(input: LoadInput, loads: readonly ColumnLoad[]): Promise<void> {
  try {
    await input.connection.run(tableQuery(input, loads))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (/interrupt/i.test(message)) throw error
    if (/no space left|out of disk/i.test(message)) {
      throw new Failure(
        'disk',
        `The disk is full while importing ${input.fileName}. Free some space and try again.`,
      )
    }
    throw new Failure(
      'unreadable-file',
      `${input.fileName} cannot be read as a table: ${message.split('\n')[0]}. Check delimiter and quote.`,
    )
  }
}

/** DuckDB refuses marks that hold the delimiter or the quote: cells that are one are found after it has read them. */
const isSpecialMark = (mark: string, { delimiter, quote }: Dialect): boolean =>
  mark.includes(delimiter) || (quote !== '' && mark.includes(quote))

/** Whether cells can be marks that DuckDB's reader cannot be told of. */
export const hasSpecialMark = (dialect: Dialect): boolean =>
  dialect.missingMarks.some((mark) => isSpecialMark(mark, dialect))

function selectColumn(load: ColumnLoad, position: number, dialect: Dialect): string[] {
  const column = storedColumn(position)
  if (load.reading === 'typed') return [column]
  const trimmed = `trim(${column}, ' \t')`
  const marks = ['', ...dialect.missingMarks].map(quoteText).join(', ')
  // Not `NOT IN`: from five marks on DuckDB makes a join of it, whose rows no memory holds in a wide table.
  const present = `CASE WHEN NOT list_contains([${marks}], ${trimmed}) THEN ${trimmed} END`
  if (load.kind === 'text') return [`${present} AS ${column}`]
  const parsed = parseExpression(load, present, dialect.decimalMark)
  return [
    `${parsed} AS ${column}`,
    `CASE WHEN ${parsed} IS NULL THEN ${present} END AS ${misfitColumn(position)}`,
  ]
}

function parseExpression(load: ColumnLoad, text: string, decimalMark: '.' | ','): string {
  if (load.kind === 'date-time') return dateExpression(load.form ?? isoForm, text)
  return numberReading(text, load.numbers ?? decimalMark)
}
