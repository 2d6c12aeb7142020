import { isAscii, isUtf8 } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../../contract/failure.ts'
import type { ImportIssue } from '../../contract/records.ts'
import { problemIssue } from '../import/issues.ts'
import type { RecordShape } from '../import/records.ts'
import { scanRecords } from '../import/scanRecords.ts'

/** A place between two records. */
export interface StreamPlace {
  readonly byte: number
  /** 1-based physical line. */
  readonly line: number
  /** Number of the row that follows. */
  readonly row: number
}

/** Consecutive records as they stand in the file, without their line ends. */
export interface RecordTexts {
  readonly firstRow: number
  readonly records: readonly string[]
  /** Before them, since the records of the batch before: lines that are no records. */
  readonly setAside: readonly ImportIssue[]
  readonly next: StreamPlace
  /** Share of the file read. */
  readonly share: number
}

export interface StreamedFile {
  readonly file: FileHandle
  readonly bytes: number
  readonly shape: RecordShape
  /** Where to go on; null: from the beginning, of which `tableByte` is the byte. */
  readonly from: StreamPlace | null
  readonly tableByte: number
  readonly rowsPerBatch: number
  readonly signal: AbortSignal
}

const blockBytes = 1024 * 1024
/** More than the longest record and what is read at a time. */
const mostWindowBytes = 16 * blockBytes

interface Span {
  readonly row: number
  readonly line: number
  readonly start: number
  readonly end: number
  readonly lineEnd: number
}

/**
 * Cuts a file of UTF-8 text into records as the import does, and hands them on in batches; the next batch is read once
 * `onBatch` has taken the last. Memory does not grow with the file.
 * @param onHeader told the header's text, where the reading begins at one
 * @throws Failure as the import's scan does, and `unreadable-file` for bytes that are no UTF-8
 */
export async function streamRecords(
  input: StreamedFile,
  onHeader: (text: string) => void,
  onBatch: (batch: RecordTexts) => Promise<void>,
): Promise<void> {
  const { file, from, signal } = input
  const base = from?.byte ?? input.tableByte
  const shape = from === null ? input.shape : { ...input.shape, hasHeader: false, skipLines: 0 }
  const window = new Window(file, base, shape.fileName)
  const batcher = new Batcher(input, base)
  let spans: Span[] = []
  const take = async () => {
    const last = spans.at(-1)
    if (last === undefined) return
    window.check(last.end)
    for (const span of spans) {
      const text = window.text(span.start, span.lineEnd)
      if (span.row < 0) onHeader(text)
      else batcher.add(span, text)
    }
    spans = []
    window.keepFrom(last.end)
    for (const batch of batcher.full()) await onBatch(batch)
  }
  await scanRecords((position) => window.read(position), shape, {
    record: (row, line, start, end, lineEnd) => spans.push({ row, line, start, end, lineEnd }),
    problem: (problem) => batcher.setAside(problem.start, problemIssue(problem, shape.width, '')),
    block: async () => {
      signal.throwIfAborted()
      await take()
    },
  })
  await take()
  const rest = batcher.rest()
  if (rest !== null) await onBatch(rest)
}

/** The bytes that records still to come may begin in. */
class Window {
  readonly #file: FileHandle
  readonly #base: number
  readonly #fileName: string
  #bytes = Buffer.alloc(0)
  #start = 0
  #isAscii = true

  constructor(file: FileHandle, base: number, fileName: string) {
    this.#file = file
    this.#base = base
    this.#fileName = fileName
  }

  async read(position: number): Promise<Uint8Array> {
    const kept = this.#bytes.subarray(0, position - this.#start)
    // Lines that are no records, blank ones above all, keep nothing.
    const spare = Math.max(0, kept.length - mostWindowBytes)
    const bytes = Buffer.allocUnsafe(kept.length - spare + blockBytes)
    kept.copy(bytes, 0, spare)
    const { bytesRead } = await this.#file.read(bytes, kept.length - spare, blockBytes, this.#base + position)
    this.#start += spare
    this.#bytes = bytes.subarray(0, kept.length - spare + bytesRead)
    return this.#bytes.subarray(position - this.#start)
  }

  /** Looks, once for all records up to `end`, at how their bytes are read. */
  check(end: number): void {
    const bytes = this.#bytes.subarray(0, end - this.#start)
    this.#isAscii = isAscii(bytes)
    if (this.#isAscii || isUtf8(bytes)) return
    throw new Failure(
      'unreadable-file',
      `${this.#fileName} has bytes that are not valid UTF-8 after its byte ${this.#base + this.#start}, so it cannot be scored in a stream. Save it as UTF-8.`,
    )
  }

  text(start: number, end: number): string {
    const [from, to] = [start - this.#start, end - this.#start]
    const text = this.#isAscii
      ? this.#bytes.toString('latin1', from, to)
      : this.#bytes.toString('utf8', from, to)
    // The import leaves NUL bytes out too.
    return text.includes('\0') ? text.replaceAll('\0', '') : text
  }

  keepFrom(position: number): void {
    this.#bytes = this.#bytes.subarray(position - this.#start)
    this.#start = position
  }
}

/** Collects records into batches of equal size. */
class Batcher {
  readonly #input: StreamedFile
  readonly #base: number
  readonly #firstRow: number
  readonly #firstLine: number
  #spans: Span[] = []
  #texts: string[] = []
  #problems: { readonly start: number; readonly issue: ImportIssue }[] = []

  constructor(input: StreamedFile, base: number) {
    this.#input = input
    this.#base = base
    this.#firstRow = input.from?.row ?? 0
    this.#firstLine = (input.from?.line ?? 1) - 1
  }

  add(span: Span, text: string): void {
    this.#spans.push(span)
    this.#texts.push(text)
  }

  setAside(start: number, issue: ImportIssue): void {
    const line = issue.line === null ? null : issue.line + this.#firstLine
    this.#problems.push({ start, issue: { ...issue, line } })
  }

  *full(): Generator<RecordTexts> {
    while (this.#texts.length >= this.#input.rowsPerBatch) yield this.#batch(this.#input.rowsPerBatch)
  }

  rest(): RecordTexts | null {
    return this.#texts.length === 0 && this.#problems.length === 0
      ? null
      : this.#batch(this.#texts.length, true)
  }

  #batch(rows: number, isLast = false): RecordTexts {
    const spans = this.#spans.slice(0, rows)
    const records = this.#texts.slice(0, rows)
    this.#spans = this.#spans.slice(rows)
    this.#texts = this.#texts.slice(rows)
    const last = spans.at(-1)
    const lines = 1 + (records.at(-1)?.match(/\r\n|\r|\n/g)?.length ?? 0)
    const end = isLast || last === undefined ? this.#input.bytes - this.#base : last.end
    const before = this.#problems.filter(({ start }) => start < end)
    this.#problems = this.#problems.filter(({ start }) => start >= end)
    return {
      firstRow: this.#firstRow + (spans[0]?.row ?? 0),
      records,
      setAside: before.map(({ issue }) => issue),
      next: {
        byte: this.#base + end,
        line: this.#firstLine + (last?.line ?? 1) + lines,
        row: this.#firstRow + (last?.row ?? -1) + 1,
      },
      share: Math.min(1, (this.#base + end) / Math.max(1, this.#input.bytes)),
    }
  }
}
