import { open } from 'node:fs/promises'
import { readText } from './checkSource.ts'
import { fileReader } from './cleanCopy.ts'
import { rawLimit } from './issues.ts'
import type { RecordShape } from './records.ts'
import { scanRecords } from './scanRecords.ts'

/** A row's first line in the file, 1-based, and the start of its text. */
export interface RowLine {
  readonly line: number
  readonly raw: string
}

/** Bytes of a row that are shown: enough for `rawLimit` characters. */
const rawBytes = 4 * rawLimit

/** Line and text of some rows, found by scanning the source once more. */
export async function linesOfRows(
  source: string,
  shape: RecordShape,
  rows: ReadonlyMap<number, unknown>,
  signal: AbortSignal,
): Promise<Map<number, RowLine>> {
  const file = await open(source)
  try {
    const read = fileReader(file)
    let block: Buffer = Buffer.alloc(0)
    let blockStart = 0
    const found = new Map<number, RowLine>()
    /** Rows that began in the block before. */
    const split: { row: number; line: number; start: number; end: number }[] = []
    await scanRecords(
      async (position) => {
        blockStart = position
        const bytes = await read(position)
        block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        return block
      },
      shape,
      {
        record: (row, line, start, end) => {
          if (!rows.has(row)) return
          const from = start - blockStart
          if (from < 0) split.push({ row, line, start, end })
          else
            found.set(row, {
              line,
              raw: block.toString('utf8', from, from + Math.min(rawBytes, end - start)),
            })
        },
        block: () => signal.throwIfAborted(),
      },
    )
    for (const { row, line, ...span } of split) {
      signal.throwIfAborted()
      found.set(row, { line, raw: await readText(file, span, rawBytes) })
    }
    return found
  } finally {
    await file.close()
  }
}
