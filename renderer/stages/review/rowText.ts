import type { Cell } from '../../../src/contract/records.ts'

/** A row as tab-separated text, as spreadsheets paste it: cells with tabs, quotes or line breaks are quoted. */
export function rowAsText(cells: readonly Cell[]): string {
  return cells
    .map((cell) => {
      const text = cell === null ? '' : String(cell)
      return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join('\t')
}
