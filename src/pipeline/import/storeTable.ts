import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column, ColumnChoice, Dataset, ImportIssue } from '../../contract/records.ts'
import { decideType, notConstant, proposeRole } from '../dataset/columnTypes.ts'
import { endTransaction, readRowsOf } from '../dataset/database.ts'
import { misfitColumn, tableOf } from '../dataset/layout.ts'
import { type ColumnProfile, profileColumns } from '../dataset/profile.ts'
import { saveIssues, saveRecord } from '../dataset/store.ts'
import { type CheckedSource, issueLimit } from './checkSource.ts'
import type { ColumnLoad } from './createTable.ts'
import type { ImportInput } from './importInput.ts'
import { misfitIssue, note } from './issues.ts'
import { linesOfRows } from './linesOfRows.ts'
import { firstLoads, loadTable } from './loadTable.ts'
import { type ChosenPlan, paddedColumns, planColumns } from './planColumns.ts'
import type { ReadAhead } from './readAhead.ts'
import { numberFormNotes, textColumnNotes } from './textColumns.ts'

/**
 * Loads a checked source and commits table, record and issues in one transaction; `beforeCommit` runs last in it.
 * `file` is what DuckDB reads unless the reading ahead has, `source` the kept text that lines are counted in.
 */
export async function storeTable(
  input: ImportInput,
  checked: CheckedSource,
  file: string,
  source: string,
  ahead: ReadAhead | null,
  beforeCommit: () => Promise<void>,
): Promise<Dataset> {
  const { database, datasetId, signal, onProgress } = input
  const choices = new Map(Object.entries(input.columns ?? {}))
  const plans = await planColumns(checked, choices, input.fileName)
  const { dialect, totals } = checked
  const first = firstLoads(plans, paddedColumns(checked.sample), dialect)
  const table = tableOf(datasetId)
  const newline = !checked.needsCleanCopy && totals.carriageReturnLineFeeds > 0 ? '\r\n' : '\n'
  const query = { table, file, dialect, newline, longestRecord: checked.longestRecord } as const
  onProgress('Reading rows', null)
  const begun = (await ahead?.take(checked, query, first)) ?? null
  const store = async (connection: DuckDBConnection) => {
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    try {
      signal.throwIfAborted()
      const { fileName } = input
      const load = { ...query, connection, fileName, rows: totals.rows, signal }
      const { loads, facts } = await loadTable(load, first, begun !== null)
      const misfits = await misfitIssues(connection, table, loads, checked, source, signal)
      const texts = await textColumnNotes({ connection, table, checked, source, plans, loads, signal })
      onProgress('Summarising columns', null)
      const stored = loads.map(({ kind }, position) => ({ position, kind }))
      const profiles = await profileColumns({
        connection,
        table,
        rows: totals.rows,
        columns: stored,
        facts,
        signal,
      })
      const columns = profiles.map((profile, position) =>
        describeColumn(checked, loads[position], profile, position, choices),
      )
      const issues = [
        ...checked.issues,
        ...misfits,
        ...codeNotes(checked, plans, loads),
        ...numberFormNotes(checked, loads),
        ...texts,
        ...columnNotes(columns, totals.rows),
      ]
      issues.sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
      const dataset: Dataset = {
        datasetId,
        name: input.name,
        importedAt: new Date().toISOString(),
        bytes: input.original?.bytes ?? checked.head.fileBytes,
        sha256: input.original?.sha256 ?? checked.kept.sha256,
        dialect,
        rows: totals.rows,
        quarantined: totals.problems,
        issues: issues.length,
        columns,
      }
      await saveRecord(connection, dataset)
      await saveIssues(connection, datasetId, issues, signal)
      signal.throwIfAborted()
      await beforeCommit()
      return dataset
    } finally {
      signal.removeEventListener('abort', interrupt)
    }
  }
  return begun === null ? await database.transaction(store) : await endTransaction(begun, store)
}

/** A note for every column in which a code such as 00123 decided, or lost its zeros. */
function codeNotes(
  { names, totals }: CheckedSource,
  plans: readonly ChosenPlan[],
  loads: readonly ColumnLoad[],
): ImportIssue[] {
  return [...totals.codeLines].flatMap(([position, line]) => {
    const column = names[position] ?? ''
    const kind = loads[position]?.kind
    if (plans[position]?.chosen === true || kind === 'date-time' || kind === undefined) return []
    const what = `Line ${line}, column "${column}": a number has leading zeros`
    const message =
      kind === 'text'
        ? `${what}, so the column was kept as text. Choose the type number if the zeros mean nothing.`
        : `${what}, which are lost because the column holds measurements. Choose the type text to keep them.`
    return [note('type', message, { line, column })]
  })
}

function describeColumn(
  { names, totals }: CheckedSource,
  load: ColumnLoad | undefined,
  profile: ColumnProfile,
  position: number,
  choices: ReadonlyMap<string, ColumnChoice>,
): Column {
  const name = names[position] ?? ''
  const { kind = 'text', codes = false } = load ?? {}
  const facts = { ...profile, name, stored: kind, codes, rows: totals.rows }
  const choice = choices.get(name)
  if (choice?.type === 'constant' && profile.distinct > 1) throw notConstant(name, profile.distinct)
  const type = choice?.type !== undefined && profile.distinct > 1 ? choice.type : decideType(facts)
  return {
    name,
    type,
    role: choice?.role ?? proposeRole(name, type, profile.distinct),
    missing: totals.rows - profile.present,
    distinct: profile.distinct,
    minimum: profile.minimum,
    maximum: profile.maximum,
    mean: profile.mean,
    distribution: profile.distribution,
  }
}

function columnNotes(columns: readonly Column[], rows: number): ImportIssue[] {
  return columns
    .filter(({ missing }) => missing === rows)
    .map(({ name }) =>
      note('other', `Column "${name}" has no values at all and is ignored.`, { column: name }),
    )
}

/** An issue for every cell that was blanked, with the line it stands on in the file. */
async function misfitIssues(
  connection: DuckDBConnection,
  table: string,
  loads: readonly ColumnLoad[],
  checked: CheckedSource,
  source: string,
  signal: AbortSignal,
): Promise<ImportIssue[]> {
  const checkedColumns = loads.flatMap(({ reading, kind }, position) =>
    reading === 'checked' && kind !== 'text' ? [position] : [],
  )
  const byRow = new Map<number, { position: number; text: string }[]>()
  const counts = await countTexts(connection, table, checkedColumns.map(misfitColumn))
  const notes: ImportIssue[] = []
  let room = issueLimit
  for (const [index, position] of checkedColumns.entries()) {
    signal.throwIfAborted()
    const column = misfitColumn(position)
    const count = counts[index] ?? 0
    // What earlier columns left over, shared among the rest.
    const listed = Math.min(count, Math.floor(room / (checkedColumns.length - index)))
    room -= listed
    if (count > listed) notes.push(unlistedNote(checked.names[position] ?? '', count - listed))
    if (listed === 0) continue
    const found = await readRowsOf(
      connection,
      // Not rowid: within the transaction that creates a table it does not start at 0.
      `SELECT r, ${column} FROM (SELECT row_number() OVER () - 1 AS r, ${column} FROM ${table})
       WHERE ${column} IS NOT NULL ORDER BY r LIMIT ${listed}`,
    )
    for (const [row, text] of found) {
      const cells = byRow.get(Number(row)) ?? []
      cells.push({ position, text: String(text) })
      byRow.set(Number(row), cells)
    }
  }
  if (byRow.size === 0) return notes
  const lines = await linesOfRows(source, checked.shape, byRow, signal)
  const issues = [...byRow].flatMap(([row, cells]) => {
    const at = lines.get(row)
    return cells.map(({ position, text }) =>
      misfitIssue({
        line: at?.line ?? 0,
        column: checked.names[position] ?? '',
        kind: loads[position]?.kind ?? 'number',
        text,
        raw: at?.raw ?? text,
      }),
    )
  })
  return [...issues, ...notes]
}

function unlistedNote(column: string, count: number): ImportIssue {
  const message = `Column "${column}": ${count} more cells do not fit its type; they were left blank and are not listed. Import the column as text to keep them.`
  return note('type', message, { column, action: 'blanked' })
}

/** How many cells of each column are present. */
async function countTexts(
  connection: DuckDBConnection,
  table: string,
  columns: readonly string[],
): Promise<number[]> {
  if (columns.length === 0) return []
  const counts = columns.map((column) => `count(${column})`)
  const [found = []] = await readRowsOf(connection, `SELECT ${counts.join(', ')} FROM ${table}`)
  return found.map(Number)
}
