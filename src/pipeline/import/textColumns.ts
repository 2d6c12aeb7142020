import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dialect, ImportIssue } from '../../contract/records.ts'
import { type ColumnReadingPlan, misfitShare } from '../dataset/columnTypes.ts'
import { readRowsOf } from '../dataset/database.ts'
import { dateExpression, findDateForm, isAmbiguousDate, isoForm } from '../dataset/dates.ts'
import { storedColumn } from '../dataset/layout.ts'
import { findNumberForm, formWords } from '../dataset/numberForms.ts'
import { isNumberText, numberReading } from '../dataset/numbers.ts'
import type { CheckedSource } from './checkSource.ts'
import { note } from './issues.ts'
import { linesOfRows } from './linesOfRows.ts'
import { presentTexts } from './preview.ts'

// No column is text in silence: where half of its cells read as numbers or dates, or its codes are too long for
// numbers, an issue says why it is none, with the first cell that was in the way.

/** Share of a column's cells that must read as numbers or dates for its being text to be remarkable. */
const remarkableShare = 0.5

interface Input {
  readonly connection: DuckDBConnection
  /** Quoted name. */
  readonly table: string
  readonly checked: CheckedSource
  /** The kept text, in which lines are counted. */
  readonly source: string
  readonly plans: readonly (ColumnReadingPlan & { readonly chosen: boolean })[]
  /** How each column was read at last. */
  readonly loads: readonly ColumnReadingPlan[]
  readonly signal: AbortSignal
}

/** A reading that half of a text column's cells fit: SQL for it, and what it makes. */
interface Candidate {
  readonly position: number
  readonly what: 'number' | 'date-time' | 'ambiguous' | 'code'
  /** SQL that is null for the cells that stand in the way. */
  readonly reading: string
}

interface Obstacle extends Candidate {
  readonly row: number
  readonly text: string
  readonly share: number
}

/** An issue for every column that was kept as text although it reads as numbers or dates in the main. */
export async function textColumnNotes(input: Input): Promise<ImportIssue[]> {
  const { connection, table, checked, source, signal } = input
  const obstacles: Obstacle[] = []
  for (const candidate of candidatesOf(input)) {
    signal.throwIfAborted()
    const found = await firstObstacle(connection, table, candidate)
    if (found !== null) obstacles.push(found)
  }
  if (obstacles.length === 0) return []
  const rows = new Map(obstacles.map(({ row }) => [row, null]))
  const lines = await linesOfRows(source, checked.shape, rows, signal)
  return obstacles.map((obstacle) => {
    const line = lines.get(obstacle.row)
    const column = checked.names[obstacle.position] ?? ''
    const at = { line: line?.line ?? null, column, raw: line?.raw.replace(/[\r\n]+$/, '') ?? null }
    return note('type', `Line ${at.line}, column "${column}": ${sentence(obstacle)}`, at)
  })
}

function candidatesOf({ checked, plans, loads }: Input): Candidate[] {
  const { dialect } = checked
  return loads.flatMap((load, position): Candidate[] => {
    const plan = plans[position]
    if (load.kind !== 'text' || plan === undefined || plan.chosen) return []
    const column = storedColumn(position)
    if (load.codes) {
      // Codes with leading zeros have a note of their own.
      if (checked.totals.codeLines.has(position)) return []
      const exact = `abs(TRY_CAST(${column} AS HUGEINT)) <= 9007199254740991`
      return [{ position, what: 'code', reading: `CASE WHEN ${exact} THEN 1 END` }]
    }
    const texts = presentTexts(checked.sample, position, dialect.missingMarks)
    const what = plan.kind === 'text' ? likelyReading(texts, dialect) : readingOf(plan, dialect)
    return what === null ? [] : [{ position, what: what.what, reading: what.reading(column) }]
  })
}

type Likely = { readonly what: Candidate['what']; readonly reading: (column: string) => string }

function readingOf(plan: ColumnReadingPlan, { decimalMark }: Dialect): Likely {
  return plan.kind === 'number'
    ? { what: 'number', reading: (column) => numberReading(column, plan.numbers ?? decimalMark) }
    : { what: 'date-time', reading: (column) => dateExpression(plan.form ?? isoForm, column) }
}

/** What at least half of a sample reads as; null where nothing does. */
function likelyReading(texts: readonly string[], { decimalMark }: Dialect): Likely | null {
  if (isAmbiguousDate(texts, 1 - misfitShare)) return { what: 'ambiguous', reading: () => 'NULL' }
  const form = findDateForm(texts, remarkableShare)
  if (form !== null) return { what: 'date-time', reading: (column) => dateExpression(form, column) }
  const numbers = texts.filter((text) => isNumberText(text, decimalMark)).length
  const written = findNumberForm(texts, decimalMark, remarkableShare)
  if (written !== null) return { what: 'number', reading: (column) => numberReading(column, written) }
  if (numbers === 0 || numbers < remarkableShare * texts.length) return null
  return { what: 'number', reading: (column) => numberReading(column, decimalMark) }
}

async function firstObstacle(
  connection: DuckDBConnection,
  table: string,
  candidate: Candidate,
): Promise<Obstacle | null> {
  const column = storedColumn(candidate.position)
  const [counted] = await readRowsOf(
    connection,
    `SELECT count(${column}), count(*) FILTER (WHERE ${column} IS NOT NULL AND (${candidate.reading}) IS NULL) FROM ${table}`,
  )
  // Not rowid: within the transaction that creates a table it does not start at 0.
  const [first] = await readRowsOf(
    connection,
    `SELECT r, ${column} FROM (SELECT row_number() OVER () - 1 AS r, ${column} FROM ${table})
     WHERE ${column} IS NOT NULL AND (${candidate.reading}) IS NULL ORDER BY r LIMIT 1`,
  )
  if (first === undefined) return null
  const [present = 0, unread = 0] = (counted ?? []).map(Number)
  return { ...candidate, row: Number(first[0]), text: String(first[1]), share: unread / Math.max(1, present) }
}

function sentence({ what, text, share }: Obstacle): string {
  const cell = `"${text.slice(0, 100)}"`
  const percent = share < 0.01 ? 'less than 1' : String(Math.round(100 * share))
  switch (what) {
    case 'ambiguous':
      return `${cell} may be written day first or month first, and no cell of the column tells, so it was kept as text. Write its dates as year-month-day to have them read.`
    case 'code':
      return `${cell} has more digits than a number keeps, so the column was kept as text. Choose the type number if rounding does no harm.`
    default:
      return `${cell} is no ${what}, nor are ${percent} % of the cells, so the column was kept as text. Add such texts to the missing marks, or choose the type ${what} to leave them blank.`
  }
}

/** A note for every column whose numbers were not written plainly, saying how they were read. */
export function numberFormNotes(
  { names, dialect }: CheckedSource,
  loads: readonly ColumnReadingPlan[],
): ImportIssue[] {
  return loads.flatMap((load, position) => {
    const form = load.numbers ?? null
    if (load.kind !== 'number' || form === null) return []
    const column = names[position] ?? ''
    const message = `Column "${column}" was read as ${formWords(form, dialect.decimalMark)}. Choose the type text to keep its cells as they are written.`
    return [note('type', message, { column })]
  })
}
