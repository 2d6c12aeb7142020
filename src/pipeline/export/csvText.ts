import { isNumberText } from '../dataset/numbers.ts'

export type Delimiter = ',' | '\t'

const needsQuotes: Readonly<Record<Delimiter, RegExp>> = {
  ',': /[",\r\n]|^\s|\s$/,
  '\t': /["\t\r\n]|^\s|\s$/,
}

/** One line of CSV, or of TSV (RFC 4180 quoting), ended by a line feed, which every reader takes. */
export function csvLine(cells: readonly string[], delimiter: Delimiter = ','): string {
  // A single empty cell must be quoted, or the row would read as a blank line.
  if (cells.length === 1 && cells[0] === '') return '""\n'
  const quotes = needsQuotes[delimiter]
  return `${cells.map((text) => (quotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(delimiter)}\n`
}

/** Characters with which a spreadsheet starts a formula, also in their full-width forms. */
const formulaStart = /^[\t\r]|^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/

/** The text with an apostrophe before it where a spreadsheet would run it. Numbers and lone signs stay. */
export function neutralised(text: string): string {
  if (!formulaStart.test(text)) return text
  const trimmed = text.trim()
  const harmless = isNumberText(trimmed, '.') || isNumberText(trimmed, ',') || /^[+-]$/.test(trimmed)
  return harmless ? text : `'${text}`
}

/** A number with as many digits as it needs: nine when it is a 32-bit float. */
export const shortNumber = (value: number): number =>
  Math.fround(value) === value ? Number(value.toPrecision(9)) : value
