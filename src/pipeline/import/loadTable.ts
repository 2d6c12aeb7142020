import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import type { Dialect } from '../../contract/records.ts'
import { type ColumnReadingPlan, misfitShare } from '../dataset/columnTypes.ts'
import { quoteText, readRowsOf } from '../dataset/database.ts'
import { dateExpression, isoForm } from '../dataset/dates.ts'
import { misfitColumn, sqlTypes, storedColumn } from '../dataset/layout.ts'
import { type NumberFacts, readNumberFacts } from '../dataset/numberFacts.ts'
import { numberReading } from '../dataset/numbers.ts'

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
  readonly signal: AbortSignal
}

export interface LoadedTable {
  /** How each column was read at last. */
  readonly loads: readonly ColumnLoad[]
  /** Facts about numbers and date-times, by position. */
  readonly facts: ReadonlyMap<number, NumberFacts>
}

const lineBytes = 8 * 1024 * 1024

/**
 * Loads a clean table, typed, within the caller's transaction. Columns whose texts do not fit are read again:
 * first with their misfits set aside, then, when those are many, as text.
 * Throws a Failure when DuckDB reads another number of rows than the scan counted.
 */
export async function loadTable(
  input: LoadInput,
  plans: readonly ColumnReadingPlan[],
  chosen: ReadonlySet<number>,
): Promise<LoadedTable> {
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
      const facts = await numberFactsOf(input, loads)
      const revised = await reviseLoads(input, loads, facts)
      if (revised === null) return { loads, facts }
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
  // DuckDB refuses marks that hold the delimiter or the quote. A column that has one is read as text first.
  const special = [dialect.delimiter, ...(dialect.quote === '' ? [] : [dialect.quote])]
  const marks = dialect.missingMarks.filter((mark) => !special.some((character) => mark.includes(character)))
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
    `nullstr=[${(marks.length === 0 ? [''] : marks).map(quoteText).join(', ')}]`,
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
  return numberReading(text, decimalMark)
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

const asText = { kind: 'text', form: null, reading: 'checked' } as const

/** Reads some columns differently when their values show that the first reading was wrong; null when all is well. */
async function reviseLoads(
  input: LoadInput,
  loads: readonly ColumnLoad[],
  facts: ReadonlyMap<number, NumberFacts>,
): Promise<ColumnLoad[] | null> {
  const misfits = await countMisfits(input, loads)
  const wordy = await datesFromWords(input, loads)
  let changed = false
  const revised = loads.map((load, position): ColumnLoad => {
    const change = wordy.has(position)
      ? ({ reading: 'checked' } as const)
      : revisionOf(load, facts.get(position), misfits.get(position) ?? 0)
    changed ||= change !== null
    return { ...load, ...change }
  })
  return changed ? revised : null
}

function revisionOf(
  load: ColumnLoad,
  facts: NumberFacts | undefined,
  misfits: number,
): Partial<ColumnLoad> | null {
  if (load.kind === 'text' || facts === undefined) return null
  if (load.reading === 'checked') {
    return !load.chosen && misfits > misfitShare * (facts.present + misfits) ? asText : null
  }
  if (load.kind !== 'number') return null
  if (facts.notFinite) return { reading: 'checked' }
  const largest = Math.max(-(facts.minimum ?? 0), facts.maximum ?? 0)
  // Whole numbers beyond the exact ones are codes; far beyond, they are measurements such as 6.02e23.
  const isCode = facts.allIntegers && largest > Number.MAX_SAFE_INTEGER && largest < 1e30
  return isCode && !load.chosen ? { ...asText, codes: true } : null
}

/** Date-times read by DuckDB's reader that may come from its words infinity and epoch, by position. */
async function datesFromWords(input: LoadInput, loads: readonly ColumnLoad[]): Promise<Set<number>> {
  const dates = loads.flatMap(({ reading, kind }, position) =>
    reading === 'typed' && kind === 'date-time' ? [position] : [],
  )
  if (dates.length === 0) return new Set()
  const expressions = dates.map((position) => {
    const column = storedColumn(position)
    return `coalesce(bool_or(NOT isfinite(${column}) OR ${column} = TIMESTAMP '1970-01-01'), false)`
  })
  const [found = []] = await readRowsOf(
    input.connection,
    `SELECT ${expressions.join(', ')} FROM ${input.table}`,
  )
  return new Set(dates.filter((_, index) => found[index] === true))
}

/** Texts set aside in each checked column, by position; infinities do not count. */
async function countMisfits(input: LoadInput, loads: readonly ColumnLoad[]): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const checked = loads.flatMap(({ reading, kind }, position) =>
    reading === 'checked' && kind !== 'text' ? [position] : [],
  )
  if (checked.length === 0) return counts
  const expressions = checked.map((position) => {
    const misfit = misfitColumn(position)
    return `count(*) FILTER (WHERE ${misfit} IS NOT NULL AND NOT regexp_full_match(lower(${misfit}), '[+-]?(inf|infinity|nan)'))`
  })
  const [values = []] = await readRowsOf(
    input.connection,
    `SELECT ${expressions.join(', ')} FROM ${input.table}`,
  )
  for (const [index, position] of checked.entries()) counts.set(position, Number(values[index] ?? 0))
  return counts
}

/** Facts about the numbers and date-times, by position, in batches that DuckDB's plans can bear. */
async function numberFactsOf(
  input: LoadInput,
  loads: readonly ColumnLoad[],
): Promise<Map<number, NumberFacts>> {
  const facts = new Map<number, NumberFacts>()
  const columns = loads.flatMap(({ kind }, position) => (kind === 'text' ? [] : [{ position, kind }]))
  const batch = 200
  for (let from = 0; from < columns.length; from += batch) {
    const some = columns.slice(from, from + batch)
    const { connection, table, rows, signal } = input
    const found = await readNumberFacts({ connection, table, rows, columns: some, signal })
    for (const [index, fact] of found.entries()) facts.set(some[index]?.position ?? -1, fact)
  }
  return facts
}

function miscounted(input: LoadInput, rows: number): Failure {
  return new Failure(
    'unreadable-file',
    `${input.fileName}: ${input.rows} rows were counted but ${rows} were read, so nothing was imported. Check delimiter and quote, above all around lines with quotes.`,
    { counted: input.rows, read: rows },
  )
}
