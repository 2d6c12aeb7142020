import { listValue } from '@duckdb/node-api'
import type { Dialect, PreviewColumn } from '../../contract/records.ts'
import { planReading } from '../dataset/columnTypes.ts'
import { type Database, readRowsOf } from '../dataset/database.ts'
import { type DateForm, dateExpression, isoForm } from '../dataset/dates.ts'
import { isNumeric } from '../dataset/layout.ts'
import { numberReading } from '../dataset/numbers.ts'
import type { CellVector, TableChunk } from '../dataset/table.ts'
import type { Encoder } from '../features/encoder.ts'
import { presentTexts } from '../import/preview.ts'
import type { CutRecord } from './cells.ts'

/** How the cells of one column of the encoder are read; null where the file has no such column. */
type CellReading =
  | {
      readonly kind: 'number'
      readonly place: number
      readonly decimalMark: Dialect['decimalMark']
      readonly isMoment: boolean
      readonly form: DateForm
    }
  /** `isWritten`: numbers that the import would store as such, so that 1.0 is the category 1. */
  | { readonly kind: 'text'; readonly place: number; readonly isWritten: boolean }

export interface CellParser {
  /** The records' cells as the encoder takes them, in the order of its columns. */
  parse(firstRow: number, records: readonly string[]): Promise<TableChunk>
}

/**
 * Reads cells as an import for this model would: plain numbers and ISO moments here, any other text of such a column
 * through the import's own SQL, so that both mean the same.
 */
export function createCellParser(input: {
  readonly database: Database
  readonly encoder: Encoder
  readonly dialect: Dialect
  /** Of the file, in order, with a sample of its rows. */
  readonly columns: readonly PreviewColumn[]
  readonly sample: readonly (readonly string[])[]
  readonly cut: CutRecord
}): CellParser {
  const { database, encoder, dialect, columns, sample, cut } = input
  const marks = new Set(['', ...dialect.missingMarks])
  const readings = encoder.columns.map(({ name, type }): CellReading | null => {
    const place = columns.findIndex((column) => column.name === name)
    if (place < 0) return null
    const plan = planReading(presentTexts(sample, place, dialect.missingMarks), dialect.decimalMark)
    if (!isNumeric(type))
      return { kind: 'text', place, isWritten: plan.kind === 'number' && columns[place]?.type === type }
    const isMoment = type === 'date-time'
    return { kind: 'number', place, decimalMark: dialect.decimalMark, isMoment, form: plan.form ?? isoForm }
  })
  const caches = readings.map(() => new Map<string, number>())

  return {
    async parse(firstRow, records) {
      const rows = records.length
      const vectors = encoder.columns.map(
        ({ type }): CellVector =>
          isNumeric(type)
            ? { kind: 'number', values: new Float64Array(rows).fill(Number.NaN) }
            : { kind: 'text', values: new Array<string | null>(rows).fill(null) },
      )
      const others = readings.map((): { row: number; text: string }[] => [])
      for (const [row, record] of records.entries()) {
        const cells = cut(record)
        for (let index = 0; index < readings.length; index++) {
          const reading = readings[index]
          const vector = vectors[index]
          if (!reading || !vector) continue
          const raw = cells[reading.place] ?? ''
          if (reading.kind === 'number' && vector.kind === 'number') {
            const value = reading.isMoment
              ? isoMoment(raw, reading.form)
              : plainNumber(raw, reading.decimalMark)
            if (Number.isNaN(value) || marks.has(raw)) {
              const text = trimmed(raw)
              if (!marks.has(text)) others[index]?.push({ row, text })
            } else vector.values[row] = value
          } else if (reading.kind === 'text' && Array.isArray(vector.values)) {
            const text = trimmed(raw)
            if (marks.has(text)) continue
            const value = reading.isWritten ? plainNumber(text, dialect.decimalMark) : Number.NaN
            vector.values[row] = Number.isNaN(value) ? text : String(value)
          }
        }
      }
      for (const [index, found] of others.entries()) {
        const [reading, vector, cache] = [readings[index], vectors[index], caches[index]]
        if (found.length === 0 || reading?.kind !== 'number' || vector?.kind !== 'number' || !cache) continue
        await readOthers(database, reading, found, cache)
        for (const { row, text } of found) vector.values[row] = cache.get(text) ?? Number.NaN
      }
      return { firstRow, rows, vectors }
    },
  }
}

/** Texts remembered in a column. */
const mostRemembered = 100_000

/** Reads texts as the import's SQL does, each once. */
async function readOthers(
  database: Database,
  reading: Extract<CellReading, { kind: 'number' }>,
  found: readonly { readonly text: string }[],
  cache: Map<string, number>,
): Promise<void> {
  if (cache.size > mostRemembered) cache.clear()
  const texts = [...new Set(found.map(({ text }) => text))].filter((text) => !cache.has(text))
  if (texts.length === 0) return
  const value = reading.isMoment
    ? `epoch_ms(${dateExpression(reading.form, 't')})::DOUBLE`
    : numberReading('t', reading.decimalMark)
  const rows = await database.withConnection((connection) =>
    readRowsOf(connection, `SELECT t, ${value} FROM (SELECT unnest($1::VARCHAR[]) AS t)`, [listValue(texts)]),
  )
  for (const [text, number] of rows) cache.set(String(text), typeof number === 'number' ? number : Number.NaN)
}

function trimmed(text: string): string {
  const isEdge = (code: number) => code === 32 || code === 9
  let [from, to] = [0, text.length]
  while (from < to && isEdge(text.charCodeAt(from))) from++
  while (to > from && isEdge(text.charCodeAt(to - 1))) to--
  return from === 0 && to === text.length ? text : text.slice(from, to)
}

/** A number written with digits, sign, point and exponent alone; NaN for every other text. */
function plainNumber(text: string, decimalMark: Dialect['decimalMark']): number {
  const length = text.length
  if (length === 0) return Number.NaN
  let hasComma = false
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code >= 48 && code <= 57) continue
    if (code === 44 && decimalMark === ',') hasComma = true
    else if (code === 46 ? decimalMark === ',' : code !== 45 && code !== 43 && code !== 101 && code !== 69)
      return Number.NaN
  }
  const value = Number(hasComma ? text.replace(',', '.') : text)
  return Number.isFinite(value) ? value : Number.NaN
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d))?$/

/** Milliseconds since 1970 UTC of a moment in full ISO form; NaN for every other text. */
function isoMoment(text: string, { formats }: DateForm): number {
  const match = formats === null ? iso.exec(text) : null
  if (match === null) return Number.NaN
  const [, year, month, day, hour = 0, minute = 0, second = 0] = match.map(Number)
  const inMonth = Number(month) - 1
  const time = Date.UTC(Number(year), inMonth, Number(day), hour || 0, minute || 0, second || 0)
  // A day that the month does not have rolls over.
  return new Date(time).getUTCMonth() === inMonth ? time : Number.NaN
}
