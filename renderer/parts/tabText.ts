import Papa from 'papaparse'
import type { Cell } from '../../src/contract/records.ts'

/**
 * Characters with which a spreadsheet starts a formula, also in their full-width forms; a text that is a plain number
 * or a lone sign runs as nothing.
 */
const formula =
  /^(?!\s*[+-]?(\d+[.,]?\d*|[.,]\d+)?([eE][+-]?\d+)?\s*$)([\t\r]|\s*[=+\-@\uff0b\uff0d\uff1d\uff20])/

/** Rows under their column names as tab-separated text, as spreadsheets paste it, with formulas made harmless. */
export function tabText(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return Papa.unparse([[...columns], ...rows.map((cells) => [...cells])], {
    delimiter: '\t',
    newline: '\n',
    escapeFormulae: formula,
  })
}

/** Rows that may be copied at once, so that no clipboard is asked to take more than a million cells. */
export const mostCopied = (columns: number): number =>
  Math.max(1, Math.min(1_000, Math.floor(1_000_000 / Math.max(1, columns))))
