import { Failure } from '../../contract/failure.ts'
import type { Column, ColumnType, Dialect, SchemaDifference } from '../../contract/records.ts'
import { isNumeric, isoText } from '../dataset/layout.ts'
import { isNumberText } from '../dataset/numbers.ts'
import type { CellVector, TableChunk } from '../dataset/table.ts'
import type { EncodedColumn, Encoder } from '../features/encoder.ts'

export type KnownValues = (column: string) => Iterable<string> | null

/** How the columns of a data set give what a model reads. */
export interface Alignment {
  /** The data set's columns that the model reads: what a chunk for `align` must hold, in this order. */
  readonly reads: readonly string[]
  /** The chunk as the encoder takes it: a missing column is all missing, one of another type is read again. */
  align(chunk: TableChunk): TableChunk
  /** Counts, over chunks and what `align` made of them, how the columns differ. */
  startTally(): DifferenceTally
}

export interface DifferenceTally {
  add(chunk: TableChunk, aligned: TableChunk): void
  /** What is known so far: missing, extra and retyped columns, then categories, each in column order. */
  differences(): SchemaDifference[]
}

/** An encoder's column with its place in `reads`; null where the data set has no such column. */
interface Pairing {
  readonly column: EncodedColumn
  readonly place: number | null
  readonly found: ColumnType
  /** In the column's texts. */
  readonly decimalMark: Dialect['decimalMark']
}

/** As many unseen values of a column are told apart while counting; beyond, only their rows are counted. */
const mostUnseenValues = 10_000
const unseenShown = 10

/**
 * Matches the columns of a data set with those that a model was trained on, by name.
 * @param known the values of a category column that were seen in training; null where they are not known. A column
 * whose rare values share a feature cannot tell unseen values without them, which is one of the differences then.
 * @throws Failure `no-usable-columns` when they have no column in common
 */
export function alignColumns(input: {
  readonly encoder: Encoder
  readonly columns: readonly Column[]
  readonly decimalMark: Dialect['decimalMark']
  readonly known?: KnownValues | undefined
}): Alignment {
  const { encoder, columns, decimalMark, known = () => null } = input
  const byName = new Map(columns.map((column) => [column.name, column]))
  refuseNothingInCommon(encoder, [...byName.keys()])
  const reads = encoder.columns.map(({ name }) => name).filter((name) => byName.has(name))
  const places = new Map(reads.map((name, place) => [name, place]))
  const pairings = encoder.columns.map((column): Pairing => {
    const source = byName.get(column.name)
    return {
      column,
      place: places.get(column.name) ?? null,
      found: source?.type ?? column.type,
      // Texts of a column that is stored as numbers are written as JavaScript does.
      decimalMark: source?.minimum === null ? decimalMark : '.',
    }
  })
  const trainedOn = new Set(encoder.columns.map(({ name }) => name))
  const extra = columns.filter(({ name, role }) => role === 'feature' && !trainedOn.has(name))
  return {
    reads,
    align: (chunk) => ({
      ...chunk,
      vectors: pairings.map(({ column, place, found, decimalMark: mark }) => {
        const vector = place === null ? undefined : chunk.vectors[place]
        if (vector === undefined) return missingVector(column.type, chunk.rows)
        return readAs(column.type, vector, found, mark)
      }),
    }),
    startTally: () => startTally(pairings, extra, known),
  }
}

/** @throws Failure `no-usable-columns` when none of these columns is one that the model reads */
export function refuseNothingInCommon(encoder: Encoder, columns: readonly string[]): void {
  const names = encoder.columns.map(({ name }) => name)
  if (names.some((name) => columns.includes(name))) return
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '')
  throw new Failure(
    'no-usable-columns',
    `The data has none of the columns that this model reads (${shown}). Check the header, or choose another model.`,
  )
}

function missingVector(type: ColumnType, rows: number): CellVector {
  return isNumeric(type)
    ? { kind: 'number', values: new Float64Array(rows).fill(Number.NaN) }
    : { kind: 'text', values: new Array<null>(rows).fill(null) }
}

/** Cells that were read as one type, as another; those that cannot be are missing. */
function readAs(
  expected: ColumnType,
  vector: CellVector,
  found: ColumnType,
  decimalMark: Dialect['decimalMark'],
): CellVector {
  if (!isNumeric(expected)) {
    if (vector.kind === 'text') return vector
    const text = found === 'date-time' ? isoText : String
    return {
      kind: 'text',
      values: Array.from(vector.values, (value) => (Number.isNaN(value) ? null : text(value))),
    }
  }
  if (vector.kind === 'number') {
    // A moment is no amount, nor the other way round.
    return found === expected ? vector : missingVector(expected, vector.values.length)
  }
  const read = expected === 'number' ? (text: string) => numberOf(text, decimalMark) : momentOf
  return {
    kind: 'number',
    values: Float64Array.from(vector.values, (text) => (text === null ? Number.NaN : read(text))),
  }
}

function numberOf(text: string, decimalMark: Dialect['decimalMark']): number {
  const value = isNumberText(text, decimalMark) ? Number(text.replace(',', '.')) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

const isoDay = /^\d{4}-\d{2}-\d{2}/
const withZone = /(Z|[+-]\d{2}(:?\d{2})?)$/

/** Milliseconds since 1970 UTC of an ISO date-time; without a zone it is taken as UTC, as the import does. */
function momentOf(text: string): number {
  if (!isoDay.test(text)) return Number.NaN
  const iso = text.replace(' ', 'T')
  return Date.parse(iso.includes('T') && !withZone.test(iso) ? `${iso}Z` : iso)
}

const isMissing = (vector: CellVector | undefined, row: number): boolean =>
  vector === undefined ||
  (vector.kind === 'number' ? Number.isNaN(vector.values[row]) : vector.values[row] === null)

function startTally(
  pairings: readonly Pairing[],
  extra: readonly Column[],
  known: KnownValues,
): DifferenceTally {
  const misfits = pairings.map(() => 0)
  const unseen = pairings.map(({ column, place }) => {
    const levels = column.features.flatMap((one) => (one.kind === 'level' ? [one.value] : []))
    const others = column.features.some((one) => one.kind === 'other-level') ? known(column.name) : []
    if (place === null || isNumeric(column.type)) return null
    const seen = new Set([...levels, ...(others ?? [])])
    return { seen, isListed: others !== null, counts: new Map<string, number>(), rows: 0 }
  })
  return {
    add(chunk, aligned) {
      for (const [index, { place }] of pairings.entries()) {
        if (place === null) continue
        const given = chunk.vectors[place]
        const taken = aligned.vectors[index]
        if (given !== taken) {
          for (let row = 0; row < chunk.rows; row++) {
            if (!isMissing(given, row) && isMissing(taken, row)) misfits[index] = (misfits[index] ?? 0) + 1
          }
        }
        const category = unseen[index]
        if (!category || taken?.kind !== 'text') continue
        for (const value of taken.values) {
          if (value === null || category.seen.has(value)) continue
          category.rows++
          if (!category.isListed) continue
          const count = category.counts.get(value)
          if (count !== undefined || category.counts.size < mostUnseenValues) {
            category.counts.set(value, (count ?? 0) + 1)
          }
        }
      }
    },
    differences: () => [
      ...pairings.flatMap(({ column, place }): SchemaDifference[] =>
        place === null ? [{ kind: 'missing-column', column: column.name }] : [],
      ),
      ...extra.map((column): SchemaDifference => ({ kind: 'extra-column', column: column.name })),
      ...pairings.flatMap(({ column, place, found }, index): SchemaDifference[] => {
        if (place === null || !readsOtherwise(column.type, found)) return []
        const { name, type: expected } = column
        return [{ kind: 'retyped-column', column: name, expected, found, misfits: misfits[index] ?? 0 }]
      }),
      ...pairings.flatMap(({ column }, index): SchemaDifference[] => {
        const category = unseen[index]
        if (!category || category.rows === 0) return []
        const { isListed, rows } = category
        if (!isListed) return [{ kind: 'unlisted-categories', column: column.name, rows }]
        const values = [...category.counts].sort((one, other) => other[1] - one[1]).slice(0, unseenShown)
        return [
          {
            kind: 'unseen-categories',
            column: column.name,
            values: values.map(([value]) => value),
            rows,
          },
        ]
      }),
    ],
  }
}

/** Whether cells of one type must be read again to serve as the other; a constant may be of any type. */
function readsOtherwise(expected: ColumnType, found: ColumnType): boolean {
  if (expected === found || found === 'constant') return false
  return isNumeric(expected) || isNumeric(found)
}
