import { isoText } from '../../dataset/layout.ts'
import type { ExportCell, ExportColumn, RowWriter, Sink } from './rowWriter.ts'

/** One JSON object a row: numbers as numbers, date-times as ISO texts, missing cells as null. */
export function jsonLinesWriter(sink: Sink): RowWriter {
  let columns: readonly ExportColumn[] = []
  let keys: readonly string[] = []
  const valueText = (cell: ExportCell, index: number) =>
    JSON.stringify(columns[index]?.kind === 'date-time' && typeof cell === 'number' ? isoText(cell) : cell)
  return {
    begin(all) {
      columns = all
      keys = all.map(({ name }) => JSON.stringify(name))
    },
    // Written by hand: an object would put keys such as 1 first.
    add: (cells) =>
      sink(
        Buffer.from(
          `{${cells.map((cell, index) => `${keys[index]}:${valueText(cell, index)}`).join(',')}}\n`,
        ),
      ),
    end() {},
  }
}
