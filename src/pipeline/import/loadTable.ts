import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Dialect } from '../../contract/records.ts'
import { type ColumnReadingPlan, misfitShare } from '../dataset/columnTypes.ts'
import { quoteText, readRowsOf } from '../dataset/database.ts'
import { dateExpression, isoForm } from '../dataset/dates.ts'
import { misfitColumn, sqlTypes, storedColumn } from '../dataset/layout.ts'

/** How a column is read in one attempt. */
export interface ColumnLoad extends ColumnReadingPlan {
  /**
   * `typed`: DuckDB's reader converts, and a text that does not fit refuses its row.
   * `checked`: read as text and converted afterwards; texts that do not fit are kept beside the column.
   */
  readonly reading: 'typed' | 'checked'
  /** The person asked for this type, so it is not given up for a misfit. */
  readonly chosen: boolean
}

export interface LoadInput {
  readonly connection: DuckDBConnection
  /** Quoted name. */
  readonly table: string
  readonly file: string
  readonly fileName: string
  readonly dialect: Dialect
  readonly newline: '\n' | '\r\n'
  /** Rows that the scan counted. */
  readonly rows: number
}

const lineBytes = 8 * 1024 * 1024

/** Largest whole number up to which every whole number is one double. */
const exactLimit = Number.MAX_SAFE_INTEGER

/**
 * Loads a clean table, typed, within the caller's transaction. Columns whose texts do not fit are read again:
 * first with their misfits set aside, then, when those are many, as text. Returns how each column was read at last.
 * Throws a Failure when DuckDB reads another number of rows than the scan counted.
 */
export async function loadTable(
  input: LoadInput,
  plans: readonly ColumnReadingPlan[],
  chosen: ReadonlySet<number>,
): Promise<ColumnLoad[]> {
  let loads = plans.map((plan, position): ColumnLoad => {
    const direct = plan.kind === 'number' || plan.form?.formats === null
    return { ...plan, chosen: chosen.has(position), reading: direct ? 'typed' : 'checked' }
  })
  for (;;) {
    await createTable(input, loads)
    const refused = await refusedColumns(input)
    if (refused.size > 0) {
      loads = loads.map((load, position) => (refused.has(position) ? { ...load, reading: 'checked' } : load))
    } else {
      const rows = Number((await readRowsOf(input.connection, `SELECT count(*) FROM ${input.table}`))[0]?.[0])
      if (rows !== input.rows) throw miscounted(input, rows)
      const revised = await reviseLoads(input, loads)
      if (revised === null) return loads
      loads = revised
    }
    await dropAttempt(input)
  }
}

async function dropAttempt({ connection, table }: LoadInput): Promise<void> {
  await connection.run(`DROP TABLE ${table}`)
  await connection.run('DROP TABLE IF EXISTS reject_errors')
  await connection.run('DROP TABLE IF EXISTS reject_scans')
}

async function createTable(input: LoadInput, loads: readonly ColumnLoad[]): Promise<void> {
  const { dialect } = input
  const columns = loads.map((load, position) => {
    const type = load.reading === 'typed' ? sqlTypes[load.kind] : 'VARCHAR'
    return `'${storedColumn(position)}': '${type}'`
  })
  const marks = `[${dialect.missingMarks.map(quoteText).join(', ')}]`
  const options = [
    quoteText(input.file),
    'auto_detect=false',
    `delim=${quoteText(dialect.delimiter)}`,
    `quote=${quoteText(dialect.quote)}`,
    `escape=${quoteText(dialect.quote)}`,
    `header=${dialect.hasHeader}`,
    `new_line='${input.newline === '\n' ? '\\n' : '\\r\\n'}'`,
    `decimal_separator='${dialect.decimalMark}'`,
    `columns={${columns.join(', ')}}`,
    `nullstr=${dialect.missingMarks.length === 0 ? "['']" : marks}`,
    'store_rejects=true',
    'rejects_limit=100000',
    `max_line_size=${lineBytes}`,
    `buffer_size=${4 * lineBytes}`,
  ]
  const selected = loads.flatMap((load, position) => selectColumn(load, position, dialect))
  try {
    await input.connection.run(
      `CREATE TABLE ${input.table} AS SELECT ${selected.join(', ')} FROM read_csv(${options.join(', ')})`,
    )
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
  const pointed = decimalMark === ',' ? `replace(replace(${text}, '.', 'x'), ',', '.')` : text
  const number = `TRY_CAST(${pointed} AS DOUBLE)`
  return `CASE WHEN isfinite(${number}) THEN ${number} END`
}

/** Columns in which DuckDB met a text that does not fit; other refusals mean that the scan was wrong. */
async function refusedColumns({ connection, fileName }: LoadInput): Promise<Set<number>> {
  const other = await readRowsOf(
    connection,
    `SELECT line, csv_line FROM reject_errors WHERE error_type <> 'CAST' ORDER BY line LIMIT 1`,
  )
  if (other[0] !== undefined) {
    const [line, text] = other[0]
    throw new Failure(
      'unreadable-file',
      `${fileName}: the row near line ${line} cannot be cut into cells: "${String(text).slice(0, 200)}". Check its quotes.`,
      { line: Number(line) },
    )
  }
  const rows = await readRowsOf(connection, 'SELECT DISTINCT column_idx FROM reject_errors')
  return new Set(rows.map(([index]) => Number(index) - 1))
}

/** Reads some columns differently when their values show that the first reading was wrong; null when all is well. */
async function reviseLoads(input: LoadInput, loads: readonly ColumnLoad[]): Promise<ColumnLoad[] | null> {
  const revised = [...loads]
  let changed = false
  const revise = (position: number, change: Partial<ColumnLoad>) => {
    const load = revised[position]
    if (load === undefined) return
    revised[position] = { ...load, ...change }
    changed = true
  }
  const batch = 200
  for (let from = 0; from < loads.length; from += batch) {
    const columns = loads.slice(from, from + batch)
    const facts = columns.flatMap((load, index) => checksOf(load, from + index))
    const [values = []] = await readRowsOf(input.connection, `SELECT ${facts.join(', ')} FROM ${input.table}`)
    for (const [index, load] of columns.entries()) {
      const [present, suspect, misfits] = values.slice(index * 3, index * 3 + 3).map(Number)
      const asText = { kind: 'text', form: null, reading: 'checked' } as const
      if (load.reading === 'typed' && load.kind === 'number') {
        if ((suspect ?? 0) >= 2) revise(from + index, { reading: 'checked' })
        else if ((suspect ?? 0) === 1 && !load.chosen) revise(from + index, asText)
      } else if (load.kind !== 'text' && !load.chosen) {
        const all = (present ?? 0) + (misfits ?? 0)
        if ((misfits ?? 0) > misfitShare * all) revise(from + index, asText)
      }
    }
  }
  return changed ? revised : null
}

/**
 * Three numbers a column: cells present; 2 when a number is not finite, 1 when whole numbers are too large to
 * be exact (codes, then), else 0; misfits other than infinities.
 */
function checksOf(load: ColumnLoad, position: number): string[] {
  const column = storedColumn(position)
  if (load.reading === 'typed' && load.kind === 'number') {
    return [
      '0',
      `CASE WHEN coalesce(bool_or(NOT isfinite(${column})), false) THEN 2
        WHEN max(abs(${column})) > ${exactLimit} AND max(abs(${column})) < 1e30
          AND bool_and(${column} = trunc(${column})) THEN 1 ELSE 0 END`,
      '0',
    ]
  }
  if (load.reading === 'typed' || load.kind === 'text') return ['0', '0', '0']
  const misfit = misfitColumn(position)
  return [
    `count(${column})`,
    '0',
    `count(*) FILTER (WHERE ${misfit} IS NOT NULL AND NOT regexp_full_match(lower(${misfit}), '[+-]?(inf|infinity|nan)'))`,
  ]
}

function miscounted(input: LoadInput, rows: number): Failure {
  return new Failure(
    'unreadable-file',
    `${input.fileName}: ${input.rows} rows were counted but ${rows} were read, so nothing was imported. Check delimiter and quote, above all around lines with quotes.`,
    { counted: input.rows, read: rows },
  )
}
