import { Failure } from '../../contract/failure.ts'
import type { Dataset, RowFilter, RowView } from '../../contract/records.ts'
import { quoteText } from './database.ts'
import { type StoredKind, storedColumn, tableOf } from './layout.ts'
import { isNumberText } from './numbers.ts'

interface Stored {
  readonly name: string
  readonly column: string
  readonly kind: StoredKind
}

/**
 * SQL for the numbers of a view's rows, in its order; null where that is file order with every row.
 * @param kinds how each column is stored, by position
 * @throws Failure `not-found` for a column that is not there, `bad-request` for a filter that does not suit it
 */
export function orderQuery(dataset: Dataset, kinds: readonly StoredKind[], view: RowView): string | null {
  const columns = dataset.columns.map(
    ({ name }, position): Stored => ({
      name,
      column: storedColumn(position),
      kind: kinds[position] ?? 'text',
    }),
  )
  const find = (name: string): Stored => {
    const found = columns.find((one) => one.name === name)
    if (found) return found
    throw new Failure('not-found', `The data set ${dataset.name} has no column "${name}".`, { column: name })
  }
  const conditions = view.filters.map((filter) => filterCondition(find(filter.column), filter))
  const term = view.search.trim()
  if (term !== '') conditions.push(searchCondition(columns, term, dataset.dialect.decimalMark))
  const { sort } = view
  if (conditions.length === 0 && sort === null) return null
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  // Rows that are alike stay in file order, so that a view can be read again and is the same.
  const by =
    sort === null
      ? 'rowid'
      : `${find(sort.column).column} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, rowid`
  return `SELECT rowid::INTEGER FROM ${tableOf(dataset.datasetId)}${where} ORDER BY ${by}`
}

function filterCondition({ name, column, kind }: Stored, filter: RowFilter): string {
  if (filter.kind === 'missing') return `${column} IS ${filter.missing ? '' : 'NOT '}NULL`
  if (filter.kind !== 'range') {
    // Numbers and dates are found as they are written; DuckDB writes 1.0 where people write 1.
    const written =
      kind === 'number' ? `regexp_replace(${column}::VARCHAR, '\\.0$', '')` : `${column}::VARCHAR`
    const text = `lower(${kind === 'text' ? column : written})`
    const wanted = `lower(${quoteText(filter.text)})`
    return filter.kind === 'equals' ? `${text} = ${wanted}` : `contains(${text}, ${wanted})`
  }
  if (kind === 'text') {
    throw new Failure(
      'bad-request',
      `Column "${name}" holds texts, which have no range. Filter it by text.`,
      {
        column: name,
      },
    )
  }
  const bounds = [
    ...(filter.from === null ? [] : [`${column} >= ${bound(kind, filter.from)}`]),
    ...(filter.to === null ? [] : [`${column} <= ${bound(kind, filter.to)}`]),
  ]
  return bounds.length === 0 ? 'true' : `(${bounds.join(' AND ')})`
}

const bound = (kind: StoredKind, value: number): string =>
  kind === 'date-time' ? `make_timestamp(${BigInt(Math.round(value)) * 1000n})` : numberLiteral(value)

/** A double as SQL; its decimal text is read back to the same bits. */
const numberLiteral = (value: number): string => `${quoteText(String(value))}::DOUBLE`

const day = /^\d{4}-\d\d-\d\d$/
const dayMilliseconds = 86_400_000

/**
 * Texts that hold the term. Numbers are compared as numbers, and only when the term is one: writing each of them out
 * takes seconds at a million rows.
 */
function searchCondition(columns: readonly Stored[], term: string, decimalMark: '.' | ','): string {
  const wanted = `lower(${quoteText(term)})`
  const number = numberOf(term, decimalMark)
  const midnight = day.test(term) ? Date.parse(term) : Number.NaN
  const conditions = columns.flatMap(({ column, kind }) => {
    if (kind === 'text') return [`contains(lower(${column}), ${wanted})`]
    if (kind === 'number') return number === null ? [] : [`${column} = ${numberLiteral(number)}`]
    if (Number.isNaN(midnight)) return []
    return [
      `(${column} >= ${bound(kind, midnight)} AND ${column} < ${bound(kind, midnight + dayMilliseconds)})`,
    ]
  })
  return conditions.length === 0 ? 'false' : `(${conditions.join(' OR ')})`
}

/** A number may be typed with a point, or as the file writes it. */
function numberOf(term: string, decimalMark: '.' | ','): number | null {
  const pointed = decimalMark === ',' && isNumberText(term, ',') ? term.replace(',', '.') : term
  const number = isNumberText(pointed, '.') ? Number(pointed) : Number.NaN
  return Number.isFinite(number) ? number : null
}
