import Papa from 'papaparse'
import type { Dialect } from '../../contract/records.ts'
import { csvLine, neutralised } from '../export/csvText.ts'

/** A quote character that no text contains, because PapaParse cannot be told "none". */
const noQuote = '\u0000'

/** Cuts one record into its cells. */
export type CutRecord = (record: string) => string[]

export function recordCutter({ delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>): CutRecord {
  return (record) => {
    if (quote === '' || !record.includes(quote)) return record.split(delimiter)
    // The scan has found one record here; a line end inside a cell is part of it.
    const options = { delimiter, quoteChar: quote === '' ? noQuote : quote, newline: '\n' } as const
    return Papa.parse<string[]>(record, options).data[0] ?? []
  }
}

/** A cell that begins, after its quote, as a formula might. */
const risky = /(?:^|,)"?(?:[\t\r]|\s*[=+\-@\uff0b\uff0d\uff1d\uff20])/

/** The record as part of a line of CSV, its cells unchanged but for formulas; a file with commas is not cut for it. */
export function recordShower(
  { delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>,
  cut: CutRecord,
): (record: string) => string {
  const isPlain = delimiter === ',' && (quote === '"' || quote === '')
  return (record) =>
    isPlain && record !== '' && !risky.test(record) && (quote !== '' || !record.includes('"'))
      ? record
      : csvLine(cut(record).map(neutralised)).slice(0, -1)
}
