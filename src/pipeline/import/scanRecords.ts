import { isCodeAt, longestCode, zero } from './codes.ts'
import { hopelessQuotes, tooLong } from './issues.ts'
import type { ByteReader, RecordShape, ScanTotals, ScanVisitor } from './records.ts'

// Cuts a table's bytes into records without looking into the cells: which lines are records of the right
// width, which are not, and why. What DuckDB imports is checked against this count.

const maximumRecordBytes = 8 * 1024 * 1024
const maximumQuoteProblems = 1000
const lineFeed = 10
const carriageReturn = 13
const space = 32

// States of the cutter; plain numbers because every special byte of the file passes here.
const fieldStart = 0
const plain = 1
const quoted = 2
const afterQuote = 3
const afterQuoteSpace = 4
const skipLine = 5
const afterSpace = 6
// A quote after spaces: DuckDB takes it for a quoted cell, PapaParse for text. Both agree while it holds no delimiter.
const spacedQuote = 7
// Behind it only spaces may come: DuckDB refuses anything else.
const afterSpacedQuote = 8

/** Scans a whole table. Throws a Failure for a line or a cell longer than 8 MB, or hopeless quoting. */
export async function scanRecords(
  read: ByteReader,
  shape: RecordShape,
  visitor: ScanVisitor = {},
): Promise<ScanTotals> {
  const scanner = new RecordScanner(shape, visitor)
  let position = 0
  for (;;) {
    const block = await read(position)
    if (block.length > 0) position = scanner.scanBlock(block, position)
    else {
      const again = scanner.finish(position)
      if (again === null) return scanner.totals()
      position = again
    }
    await visitor.block?.(position)
  }
}

class RecordScanner {
  readonly #shape: RecordShape
  readonly #visitor: ScanVisitor
  readonly #special = new Uint8Array(256)
  readonly #delimiter: number
  readonly #quote: number
  #state: number
  #line = 1
  #row: number
  #skip: number
  #recordStart = 0
  #recordLine = 1
  #cells = 1
  #quoteLine = 0
  /** Where the line after the last opening quote starts; -1 while on the quote's line. */
  #lineAfterQuote = -1
  #malformed = false
  /** The unfinished record held only spaces in the blocks before this one. */
  #blankBefore = false
  #quoteProblems = 0
  readonly #codeLines = new Map<number, number>()
  /** Columns of the unfinished record that hold a code. */
  #codeCells: number[] = []
  #block: Uint8Array = new Uint8Array(0)
  #blockStart = 0
  readonly #counts = {
    blankLines: 0,
    problems: 0,
    lineFeeds: 0,
    carriageReturnLineFeeds: 0,
    carriageReturns: 0,
    nulBytes: 0,
    firstNulLine: 0,
    tableStart: 0,
    headerCells: 0,
    brokenHeaderLine: 0,
  }

  constructor(shape: RecordShape, visitor: ScanVisitor) {
    this.#shape = shape
    this.#visitor = visitor
    this.#delimiter = shape.delimiter.charCodeAt(0)
    this.#quote = shape.quote === '' ? -1 : shape.quote.charCodeAt(0)
    for (const byte of [0, lineFeed, carriageReturn, this.#delimiter]) this.#special[byte] = 1
    if (this.#quote >= 0) this.#special[this.#quote] = 1
    this.#row = shape.hasHeader ? -1 : 0
    this.#skip = shape.skipLines
    this.#state = shape.skipLines > 0 ? skipLine : fieldStart
    this.#counts.headerCells = shape.width
  }

  totals(): ScanTotals {
    // The last line has no end of its own when the line counter stands on an empty remainder.
    return {
      ...this.#counts,
      rows: Math.max(0, this.#row),
      lines: this.#line - 1,
      codeLines: this.#codeLines,
    }
  }

  /** Scans one block and says where the next one starts: usually its end, or earlier. */
  scanBlock(block: Uint8Array, position: number): number {
    this.#block = block
    this.#blockStart = position
    const special = this.#special
    // A return at the end of a block may be half a line end: it is read again with what follows.
    const count =
      block.length > 1 && block[block.length - 1] === carriageReturn ? block.length - 1 : block.length
    let index = 0
    while (index < count) {
      const byte = block[index] ?? 0
      if (special[byte] === 0) {
        if (this.#state === afterSpacedQuote) {
          if (byte !== space) this.#breakLine()
          index++
          continue
        }
        if (this.#state === afterQuote || this.#state === afterQuoteSpace) {
          if (byte === space) this.#state = afterQuoteSpace
          else if (this.#lineAfterQuote >= 0) return this.#giveUpQuote()
          else this.#breakLine()
          index++
          continue
        }
        if (this.#state === fieldStart || this.#state === afterSpace) {
          if (byte === zero) {
            if (index > 0 && index > block.length - longestCode) break
            this.#lookForCode(index)
          }
          this.#state = byte === space ? afterSpace : plain
          if (byte === space) {
            index++
            continue
          }
        }
        index++
        while (index < count && special[block[index] ?? 0] === 0) index++
        continue
      }
      if (byte === lineFeed || byte === carriageReturn) {
        const size = byte === carriageReturn && block[index + 1] === lineFeed ? 2 : 1
        this.#line++
        if (this.#state === quoted) {
          if (this.#lineAfterQuote < 0) this.#lineAfterQuote = position + index + size
        } else {
          if (this.#state === spacedQuote) this.#malformed = true
          if (size === 2) this.#counts.carriageReturnLineFeeds++
          else if (byte === lineFeed) this.#counts.lineFeeds++
          else this.#counts.carriageReturns++
          this.#endRecord(position + index, position + index + size)
        }
        index += size
        continue
      }
      if (byte === this.#delimiter) {
        if (this.#state === spacedQuote) this.#breakLine()
        else if (this.#state !== quoted && this.#state !== skipLine) {
          this.#cells++
          this.#state = fieldStart
        }
      } else if (byte === this.#quote) {
        if (this.#state === fieldStart) {
          if (index > 0 && index > block.length - longestCode) break
          this.#lookForCode(index + 1)
        }
        this.#passQuote()
      }
      // A NUL is left out of the clean copy, so it changes nothing about the cell around it.
      else if (this.#counts.nulBytes++ === 0) this.#counts.firstNulLine = this.#line
      index++
    }
    // A cell near the end of the block, whose start matters, is read again with what follows.
    const end = position + index
    this.#blankBefore = this.#isBlank(end)
    if (end - this.#recordStart > maximumRecordBytes) {
      if (this.#state !== quoted || this.#lineAfterQuote < 0)
        throw tooLong(this.#shape.fileName, this.#recordLine)
      return this.#giveUpQuote()
    }
    return end
  }

  /** At the end of the bytes: null when all is counted, or where to go on after a quote that never closed. */
  finish(position: number): number | null {
    if (this.#state === quoted && this.#lineAfterQuote >= 0) return this.#giveUpQuote()
    if (this.#state === quoted || this.#state === spacedQuote) this.#malformed = true
    if (this.#recordStart < position) {
      this.#line++
      this.#endRecord(position, position)
    }
    return null
  }

  #passQuote(): void {
    if (this.#state === fieldStart) {
      this.#state = quoted
      this.#quoteLine = this.#line
      this.#lineAfterQuote = -1
    } else if (this.#state === afterSpace) {
      this.#state = spacedQuote
      this.#quoteLine = this.#line
    } else if (this.#state === spacedQuote) this.#state = afterSpacedQuote
    else if (this.#state === quoted) this.#state = afterQuote
    else if (this.#state === afterQuote) this.#state = quoted
    else if (this.#state === afterQuoteSpace || this.#state === afterSpacedQuote) this.#breakLine()
  }

  #lookForCode(index: number): void {
    const column = this.#cells - 1
    if (this.#row < 0 || this.#codeLines.has(column)) return
    if (isCodeAt(this.#block, index, this.#special, this.#shape.missingMarks)) this.#codeCells.push(column)
  }

  /** The rest of the line is not cut into cells. */
  #breakLine(): void {
    this.#malformed = true
    this.#state = skipLine
  }

  /** `lineEnd` is where the record's text stops, `end` where the next line starts; the line is counted already. */
  #endRecord(lineEnd: number, end: number): void {
    if (this.#skip > 0) {
      this.#skip--
      this.#counts.tableStart = end
      this.#startRecord(end)
      if (this.#skip > 0) this.#state = skipLine
      return
    }
    const start = this.#recordStart
    if (this.#malformed) this.#reportQuote(end)
    else if (lineEnd === start || (this.#cells === 1 && this.#shape.width > 1 && this.#isBlank(lineEnd))) {
      this.#counts.blankLines++
    } else if (this.#row < 0 || this.#cells === this.#shape.width) {
      if (this.#row < 0) this.#counts.headerCells = this.#cells
      for (const column of this.#codeCells) this.#codeLines.set(column, this.#recordLine)
      this.#visitor.record?.(this.#row++, this.#recordLine, start, end, lineEnd)
    } else {
      this.#counts.problems++
      this.#visitor.problem?.({
        kind: 'ragged',
        line: this.#recordLine,
        start,
        end,
        cells: this.#cells,
        quoteLine: 0,
        header: false,
      })
    }
    this.#startRecord(end)
  }

  #startRecord(at: number): void {
    if (this.#codeCells.length > 0) this.#codeCells = []
    this.#recordStart = at
    this.#recordLine = this.#line
    this.#cells = 1
    this.#lineAfterQuote = -1
    this.#malformed = false
    this.#state = fieldStart
  }

  /** Whether the record holds only spaces and tabs up to a place in this block. */
  #isBlank(end: number): boolean {
    const from = this.#recordStart - this.#blockStart
    if (from < 0 && !this.#blankBefore) return false
    const part = this.#block.subarray(Math.max(0, from), Math.max(0, end - this.#blockStart))
    return part.every((byte) => byte === space || byte === 9)
  }

  /** The quote opened on a line that is given up; scanning goes on at the line after it. */
  #giveUpQuote(): number {
    const next = this.#lineAfterQuote
    this.#reportQuote(next)
    this.#line = this.#quoteLine + 1
    this.#startRecord(next)
    return next
  }

  #reportQuote(end: number): void {
    const quoteLine = this.#quoteLine
    this.#counts.problems++
    if (++this.#quoteProblems > maximumQuoteProblems) {
      throw hopelessQuotes(this.#shape.fileName, maximumQuoteProblems, quoteLine)
    }
    const [line, start] = [this.#recordLine, this.#recordStart]
    // Even then it is the header: the next line must not be taken for it.
    const header = this.#row < 0
    if (header) this.#counts.brokenHeaderLine = line
    this.#row = Math.max(0, this.#row)
    this.#visitor.problem?.({ kind: 'quote', line, start, end, cells: 0, quoteLine, header })
  }
}
