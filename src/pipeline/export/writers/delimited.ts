import { csvLine, type Delimiter, neutralised } from '../csvText.ts'
import type { ExportCell, RowWriter, Sink } from './rowWriter.ts'

/** CSV or TSV: cells exactly as they are, or with formulas made harmless. */
export function delimitedWriter(
  sink: Sink,
  options: { readonly delimiter: Delimiter; readonly neutraliseFormulas: boolean },
): RowWriter {
  const shown = options.neutraliseFormulas ? neutralised : (text: string) => text
  const textOf = (cell: ExportCell) => (typeof cell === 'string' ? shown(cell) : String(cell ?? ''))
  const write = (cells: readonly ExportCell[]) =>
    sink(Buffer.from(csvLine(cells.map(textOf), options.delimiter)))
  return {
    begin: (columns) => write(columns.map(({ name }) => name)),
    add: write,
    end() {},
  }
}
