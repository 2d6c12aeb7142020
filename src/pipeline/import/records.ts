// What the scan of a file's records takes and tells.

/** Bytes of UTF-8 text by position; an empty answer is the end. */
export type ByteReader = (position: number) => Promise<Uint8Array>

export interface RecordShape {
  readonly delimiter: string
  /** Empty: the table has no quotes. */
  readonly quote: string
  /** Cells in a record. */
  readonly width: number
  readonly hasHeader: boolean
  readonly skipLines: number
  /** Texts that stand for no value, so they are no codes either. */
  readonly missingMarks?: readonly string[]
  readonly fileName: string
}

export interface ScanProblem {
  readonly kind: 'ragged' | 'quote'
  /** 1-based physical line where the record starts. */
  readonly line: number
  readonly start: number
  readonly end: number
  /** Cells found; 0 for a quote problem. */
  readonly cells: number
  /** 1-based line of the quote that does not close properly. */
  readonly quoteLine: number
  /** It is the header that cannot be read. */
  readonly header: boolean
}

export interface ScanVisitor {
  /** A good record, header included (row -1): its bytes, line end included, and its first line. */
  record?(row: number, line: number, start: number, end: number, lineEnd: number): void
  problem?(problem: ScanProblem): void
  /** After each block; the place to write or to answer a cancel. */
  block?(position: number): Promise<void> | void
}

export interface ScanTotals {
  readonly rows: number
  readonly lines: number
  readonly blankLines: number
  readonly problems: number
  readonly lineFeeds: number
  readonly carriageReturnLineFeeds: number
  readonly carriageReturns: number
  readonly nulBytes: number
  readonly firstNulLine: number
  /** Byte at which the table starts, after the skipped lines. */
  readonly tableStart: number
  /** Cells of the header; equal to the width without a header. */
  readonly headerCells: number
  /** 1-based line of a header whose quotes cannot be read; 0 when all is well. */
  readonly brokenHeaderLine: number
  /** Columns with codes such as 00123, by position: the first line that has one. */
  readonly codeLines: ReadonlyMap<number, number>
}
