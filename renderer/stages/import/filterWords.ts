import type { Column, RowFilter } from '../../../src/contract/records.ts'
import { formatInstant, formatNumber } from '../../format.ts'

export type FilterKind = 'between' | 'contains' | 'equals' | 'missing' | 'present'

export const filterTitles: Readonly<Record<FilterKind, string>> = {
  between: 'is between',
  contains: 'contains',
  equals: 'is',
  missing: 'is missing',
  present: 'is present',
}

/** Columns that are stored as numbers or moments have ranges. */
export const hasRange = ({ type, distribution }: Pick<Column, 'type' | 'distribution'>): boolean =>
  type === 'number' || type === 'date-time' || (type === 'constant' && distribution.kind === 'bins')

/** What can be asked of a column, the likeliest first. */
export const filterKinds = (column: Column): readonly FilterKind[] =>
  hasRange(column) ? ['between', 'missing', 'present'] : ['contains', 'equals', 'missing', 'present']

/** A typed bound: a number, or a day with or without a time in UTC; null when empty, NaN when it is neither. */
export function readBound(text: string, type: Column['type']): number | null {
  const typed = text.trim()
  if (typed === '') return null
  if (type !== 'date-time') return Number(typed.replace(',', '.'))
  const moment = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?Z?$/.exec(typed)
  return moment ? Date.parse(`${moment[1]}T${moment[2] ?? '00:00'}Z`) : Number.NaN
}

/** A filter in words, as its chip shows it. */
export function filterSentence(filter: RowFilter, type: Column['type'] | undefined): string {
  const { column } = filter
  if (filter.kind === 'missing') return `${column} ${filter.missing ? 'is missing' : 'is present'}`
  if (filter.kind !== 'range') return `${column} ${filterTitles[filter.kind]} “${filter.text}”`
  const show = (value: number) => (type === 'date-time' ? formatInstant(value) : formatNumber(value, 10))
  if (filter.from === null) return `${column} ≤ ${filter.to === null ? '∞' : show(filter.to)}`
  return filter.to === null
    ? `${column} ≥ ${show(filter.from)}`
    : `${column} ${show(filter.from)} to ${show(filter.to)}`
}
