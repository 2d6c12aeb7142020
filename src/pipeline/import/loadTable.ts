import { Failure } from '../../contract/failure.ts'
import type { Dialect } from '../../contract/records.ts'
import { readRowsOf } from '../dataset/database.ts'
import { type NumberFacts, readNumberFacts } from '../dataset/numberFacts.ts'
import { type ColumnLoad, createTable, hasSpecialMark, type LoadInput } from './createTable.ts'
import type { ChosenPlan } from './planColumns.ts'
import { batchColumns, reviseLoads } from './reviseLoads.ts'

export interface LoadedTable {
  /** How each column was read at last. */
  readonly loads: readonly ColumnLoad[]
  /** Facts about numbers and date-times, by position. */
  readonly facts: ReadonlyMap<number, NumberFacts>
}

/** How each column is read at first. `padded`: columns that are known to have spaces around texts. */
export function firstLoads(
  plans: readonly ChosenPlan[],
  padded: ReadonlySet<number>,
  dialect: Dialect,
): ColumnLoad[] {
  const special = hasSpecialMark(dialect)
  return plans.map((plan, position) => {
    const asItIs = plan.kind === 'text' && !special && !padded.has(position)
    const plainNumber = plan.kind === 'number' && (plan.numbers ?? null) === null
    const direct = plainNumber || plan.form?.formats === null || asItIs
    return { ...plan, reading: direct ? 'typed' : 'checked' }
  })
}

/**
 * Loads a clean table, typed, within the caller's transaction. Columns whose texts do not fit are read again:
 * first with their misfits set aside, then, when those are many, as text.
 * `created`: the table is there already, made as `first` says. Throws a Failure when DuckDB reads another number of rows than the scan counted.
 */
export async function loadTable(
  input: LoadInput,
  first: readonly ColumnLoad[],
  created: boolean,
): Promise<LoadedTable> {
  let loads = first
  for (let isThere = created; ; isThere = false) {
    if (!isThere) await createTable(input, loads)
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

/** Facts about the numbers and date-times, by position, in batches that DuckDB's plans can bear. */
async function numberFactsOf(
  input: LoadInput,
  loads: readonly ColumnLoad[],
): Promise<Map<number, NumberFacts>> {
  const facts = new Map<number, NumberFacts>()
  const columns = loads.flatMap(({ kind }, position) => (kind === 'text' ? [] : [{ position, kind }]))
  for (let from = 0; from < columns.length; from += batchColumns) {
    const some = columns.slice(from, from + batchColumns)
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
