import { type FileHandle, open } from 'node:fs/promises'
import { writeFully } from '../dataset/writeFully.ts'
import type { ByteReader, RecordShape, ScanTotals } from './records.ts'
import { scanRecords } from './scanRecords.ts'

const blockBytes = 1024 * 1024

/** Reads a file in blocks from any position. */
export function fileReader(file: FileHandle): ByteReader {
  const buffer = Buffer.allocUnsafe(blockBytes)
  return async (position) => {
    const { bytesRead } = await file.read(buffer, 0, blockBytes, position)
    return buffer.subarray(0, bytesRead)
  }
}

/** Whether DuckDB and PapaParse can read the kept source as it is. */
export function needsCleanCopy(totals: ScanTotals, shape: RecordShape): boolean {
  const ends = [totals.lineFeeds, totals.carriageReturnLineFeeds].filter((count) => count > 0).length
  return (
    totals.problems > 0 ||
    totals.carriageReturns > 0 ||
    ends > 1 ||
    totals.nulBytes > 0 ||
    totals.tableStart > 0 ||
    totals.headerCells !== shape.width ||
    // DuckDB takes a blank line for a row in a table of one column, and refuses one of spaces in any other.
    totals.blankLines > 0
  )
}

/** Writes the records alone, each with a line feed: no preamble, no unusable lines, no NUL bytes. */
export async function writeCleanCopy(
  sourceFile: string,
  targetFile: string,
  shape: RecordShape,
  signal: AbortSignal,
): Promise<void> {
  const source = await open(sourceFile)
  const target = await open(targetFile, 'w')
  const output = new RecordWriter(source, target, `the project's copy of ${shape.fileName}`)
  try {
    let spans: { start: number; end: number }[] = []
    await scanRecords(fileReader(source), shape, {
      record: (_row, _line, start, _end, lineEnd) => spans.push({ start, end: lineEnd }),
      block: async () => {
        signal.throwIfAborted()
        for (const span of spans) await output.append(span.start, span.end)
        spans = []
      },
    })
    for (const span of spans) await output.append(span.start, span.end)
    await output.flush()
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
}

/** Copies spans of a file, in ascending order, through one large window. */
class RecordWriter {
  readonly #source: FileHandle
  readonly #target: FileHandle
  readonly #window = Buffer.allocUnsafe(2 * blockBytes)
  #windowStart = 0
  #windowLength = 0
  readonly #name: string
  #parts: Buffer[] = []
  #pending = 0

  constructor(source: FileHandle, target: FileHandle, name: string) {
    this.#name = name
    this.#source = source
    this.#target = target
  }

  async append(start: number, end: number): Promise<void> {
    for (let at = start; at < end; ) {
      if (at < this.#windowStart || at >= this.#windowStart + this.#windowLength) {
        await this.flush()
        const { bytesRead } = await this.#source.read(this.#window, 0, this.#window.length, at)
        if (bytesRead === 0) break
        this.#windowStart = at
        this.#windowLength = bytesRead
      }
      const stop = Math.min(end, this.#windowStart + this.#windowLength)
      const part = this.#window.subarray(at - this.#windowStart, stop - this.#windowStart)
      this.#push(part.includes(0) ? part.filter((byte) => byte !== 0) : part)
      at = stop
    }
    this.#push(newline)
    if (this.#pending > blockBytes) await this.flush()
  }

  #push(part: Uint8Array): void {
    this.#parts.push(Buffer.from(part.buffer, part.byteOffset, part.length))
    this.#pending += part.length
  }

  /** Parts point into the window, so they are written before it moves on. */
  async flush(): Promise<void> {
    if (this.#parts.length === 0) return
    await writeFully(this.#target, Buffer.concat(this.#parts), this.#name)
    this.#parts = []
    this.#pending = 0
  }
}

const newline = Buffer.from('\n')
