import { open } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column, ColumnChoice, ColumnType, Dataset, ImportIssue } from '../../contract/records.ts'
import { type ColumnReadingPlan, decideType, planReading, proposeRole } from '../dataset/columnTypes.ts'
import { readRowsOf } from '../dataset/database.ts'
import { isoForm } from '../dataset/dates.ts'
import { misfitColumn, tableOf } from '../dataset/layout.ts'
import { type ColumnProfile, profileColumns } from '../dataset/profile.ts'
import { saveIssues, saveRecord } from '../dataset/store.ts'
import { type CheckedSource, issueLimit, readText } from './checkSource.ts'
import { fileReader } from './cleanCopy.ts'
import type { ImportInput } from './importInput.ts'
import { misfitIssue, note } from './issues.ts'
import { type ColumnLoad, loadTable } from './loadTable.ts'
import { presentTexts } from './preview.ts'
import { scanRecords } from './scanRecords.ts'
import { Turns } from './turns.ts'

/**
 * Loads a checked source and commits table, record and issues in one transaction; `beforeCommit` runs last in it.
 * `file` is what DuckDB reads, `source` the kept text that lines are counted in.
 */
export async function storeTable(
  input: ImportInput,
  checked: CheckedSource,
  file: string,
  source: string,
  beforeCommit: () => Promise<void>,
): Promise<Dataset> {
  const { database, datasetId, signal, onProgress } = input
  const choices = new Map(Object.entries(input.columns ?? {}))
  const plans = await planColumns(checked, choices)
  return await database.transaction(async (connection) => {
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    try {
      signal.throwIfAborted()
      const table = tableOf(datasetId)
      const newline = !checked.needsCleanCopy && checked.totals.carriageReturnLineFeeds > 0 ? '\r\n' : '\n'
      const { dialect, totals } = checked
      const { fileName } = input
      onProgress('Reading rows', null)
      const chosen = new Set(plans.flatMap(({ chosen }, position) => (chosen ? [position] : [])))
      const { loads, facts } = await loadTable(
        { connection, table, file, fileName, dialect, newline, rows: totals.rows, signal },
        plans,
        chosen,
      )
      const misfits = await misfitIssues(connection, table, loads, checked, source)
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
      const issues = [...checked.issues, ...misfits, ...columnNotes(columns, totals.rows)]
      issues.sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
      const dataset: Dataset = {
        datasetId,
        name: input.name,
        importedAt: new Date().toISOString(),
        bytes: checked.head.fileBytes,
        sha256: checked.kept.sha256,
        dialect,
        rows: totals.rows,
        quarantined: totals.problems,
        issues: issues.length,
        columns,
      }
      await saveRecord(connection, dataset)
      await saveIssues(connection, datasetId, issues)
      signal.throwIfAborted()
      await beforeCommit()
      return dataset
    } finally {
      signal.removeEventListener('abort', interrupt)
    }
  })
}

type ChosenPlan = ColumnReadingPlan & { readonly chosen: boolean }

async function planColumns(
  { names, sample, dialect }: CheckedSource,
  choices: ReadonlyMap<string, ColumnChoice>,
): Promise<ChosenPlan[]> {
  const turns = new Turns()
  const plans: ChosenPlan[] = []
  for (const [index, name] of names.entries()) {
    await turns.pause()
    const found = planReading(presentTexts(sample, index, dialect.missingMarks), dialect.decimalMark)
    plans.push(chosenPlan(found, choices.get(name)?.type))
  }
  return plans
}

/** The reading that a type chosen by the person asks for. */
function chosenPlan(found: ColumnReadingPlan, type: ColumnType | undefined): ChosenPlan {
  switch (type) {
    case 'number':
      return { ...found, kind: 'number', form: null, chosen: true }
    case 'date-time':
      return { ...found, kind: 'date-time', form: found.form ?? isoForm, chosen: true }
    case 'category':
    case 'text':
    case 'identifier':
      return { ...found, kind: 'text', form: null, chosen: true }
    default:
      return { ...found, chosen: false }
  }
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
): Promise<ImportIssue[]> {
  const checkedColumns = loads.flatMap(({ reading, kind }, position) =>
    reading === 'checked' && kind !== 'text' ? [position] : [],
  )
  const byRow = new Map<number, { position: number; text: string }[]>()
  for (const position of checkedColumns) {
    const column = misfitColumn(position)
    const found = await readRowsOf(
      connection,
      // Not rowid: within the transaction that creates a table it does not start at 0.
      `SELECT r, ${column} FROM (SELECT row_number() OVER () - 1 AS r, ${column} FROM ${table})
       WHERE ${column} IS NOT NULL ORDER BY r LIMIT ${issueLimit}`,
    )
    for (const [row, text] of found) {
      const cells = byRow.get(Number(row)) ?? []
      cells.push({ position, text: String(text) })
      byRow.set(Number(row), cells)
    }
  }
  if (byRow.size === 0) return []
  const lines = await linesOfRows(source, checked, byRow)
  return [...byRow].flatMap(([row, cells]) => {
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
}

/** Line and text of some rows, found by scanning the source once more. */
async function linesOfRows(
  source: string,
  { shape }: CheckedSource,
  rows: ReadonlyMap<number, unknown>,
): Promise<Map<number, { line: number; raw: string }>> {
  const file = await open(source)
  try {
    const spans: { row: number; line: number; start: number; end: number }[] = []
    await scanRecords(fileReader(file), shape, {
      record: (row, line, start, end) => {
        if (rows.has(row)) spans.push({ row, line, start, end })
      },
    })
    const found = new Map<number, { line: number; raw: string }>()
    for (const { row, line, start, end } of spans) {
      found.set(row, { line, raw: await readText(file, { start, end }, 8000) })
    }
    return found
  } finally {
    await file.close()
  }
}
