import { open } from 'node:fs/promises'
import { Failure } from '../../contract/failure.ts'
import type { Dialect, ImportIssue } from '../../contract/records.ts'
import { fileReader, needsCleanCopy } from './cleanCopy.ts'
import { parseRecords } from './dialect.ts'
import { brokenHeader, note, problemIssue, rawLimit } from './issues.ts'
import { type KeptSource, keepSource } from './keepSource.ts'
import { type HeadReading, readDialect } from './preview.ts'
import type { RecordShape, ScanProblem, ScanTotals } from './records.ts'
import { scanRecords } from './scanRecords.ts'
import { type Head, readHead } from './sourceBytes.ts'

/** Issues kept one by one; beyond that they are counted. */
export const issueLimit = 100_000
/** Cells from all over the table that types are decided on. */
const sampledCells = 500_000

/** Records that types are decided on, at least. */
export const sampledRecords = (columns: number): number =>
  Math.max(50, Math.min(500, Math.floor(sampledCells / columns)))

/** A kept source whose every line is accounted for. */
export interface CheckedSource {
  readonly head: Head
  readonly dialect: Dialect
  readonly names: readonly string[]
  readonly kept: KeptSource
  readonly shape: RecordShape
  readonly totals: ScanTotals
  /** Size of the longest good record, in bytes. */
  readonly longestRecord: number
  readonly needsCleanCopy: boolean
  /** Records from all over the table, as text. */
  readonly sample: readonly (readonly string[])[]
  readonly issues: readonly ImportIssue[]
}

interface Input {
  readonly path: string
  readonly fileName: string
  readonly dialect?: Partial<Dialect> | undefined
  readonly onProgress: (phase: string, share: number | null) => void
  readonly signal: AbortSignal
}

/** The head of a file and what it says about the whole. */
export interface OpenedSource {
  readonly head: Head
  readonly reading: HeadReading
}

/** Reads the head of a file and decides its dialect. Throws a Failure for what is not a table of text. */
export async function openSource(input: Omit<Input, 'onProgress' | 'signal'>): Promise<OpenedSource> {
  const head = await readHead(input.path, input.fileName)
  return { head, reading: readDialect(head, input.fileName, input.dialect) }
}

/** Copies a file into `target` as UTF-8 and finds its records. */
export async function checkSource(
  input: Input,
  { head, reading: found }: OpenedSource,
  target: string,
): Promise<CheckedSource> {
  const { fileName, signal } = input
  const keep = (encoding: Dialect['encoding'], replaceInvalid: boolean) =>
    keepSource({
      ...input,
      gzip: head.gzip,
      fileBytes: head.fileBytes,
      encoding,
      replaceInvalid,
      target,
      onProgress: (share) => input.onProgress('Checking the file', share / 2),
    })
  let issues: ImportIssue[] = []
  let reading = found
  let kept = await keep(reading.dialect.encoding, false)
  if (kept.firstInvalidByte !== null) {
    const retry = input.dialect?.encoding === undefined && !kept.hasValidNonAscii
    if (retry) reading = readDialect(head, fileName, { ...input.dialect, encoding: 'windows-1252' })
    kept = await keep(reading.dialect.encoding, !retry)
    if (!retry) issues = await replacedLines(target, signal)
  }
  const { dialect, names } = reading
  const shape: RecordShape = { ...dialect, width: names.length, fileName }
  const scan = await scanSource(target, shape, kept.bytes, input)
  const { totals } = scan
  if (totals.brokenHeaderLine > 0) throw brokenHeader(fileName, totals.brokenHeaderLine)
  refuseHopeless(totals, scan.issues[0], shape, fileName)
  issues = [...issues, ...scan.issues, ...headerNotes(totals, shape)]
  return {
    head,
    dialect,
    names,
    kept,
    shape,
    totals,
    longestRecord: scan.longestRecord,
    needsCleanCopy: needsCleanCopy(totals, shape),
    sample: [...reading.rows, ...scan.sample],
    issues,
  }
}

function refuseHopeless(
  totals: ScanTotals,
  first: ImportIssue | undefined,
  shape: RecordShape,
  fileName: string,
): void {
  if (totals.rows > 0 && totals.problems <= totals.rows) return
  const sentence = first === undefined ? 'It has no rows.' : first.message
  throw new Failure(
    'unreadable-file',
    `${fileName}: ${totals.problems} lines do not have ${shape.width} cells and only ${totals.rows} have. ${sentence} The delimiter may be another one.`,
    { line: first?.line ?? null },
  )
}

function headerNotes(totals: ScanTotals, shape: RecordShape): ImportIssue[] {
  const notes: ImportIssue[] = []
  if (totals.headerCells !== shape.width) {
    notes.push(
      note(
        'ragged',
        `The header has ${totals.headerCells} names but the rows have ${shape.width} cells. Names without a column were left out; columns without a name were numbered.`,
        { line: shape.skipLines + 1 },
      ),
    )
  }
  if (totals.nulBytes > 0) {
    notes.push(
      note(
        'encoding',
        `${totals.nulBytes} NUL bytes were removed, the first in line ${totals.firstNulLine}.`,
        {
          line: totals.firstNulLine,
        },
      ),
    )
  }
  if (totals.rows === 1) {
    notes.push(
      note(
        'other',
        'The table has a single row. Training needs more; check that no row was taken as header.',
      ),
    )
  }
  return notes
}

interface Scan {
  readonly totals: ScanTotals
  readonly longestRecord: number
  readonly issues: readonly ImportIssue[]
  readonly sample: readonly (readonly string[])[]
}

async function scanSource(target: string, shape: RecordShape, bytes: number, input: Input): Promise<Scan> {
  const file = await open(target)
  try {
    const problems: ScanProblem[] = []
    const spans = new SpreadSample(sampledRecords(shape.width))
    let longestRecord = 0
    const totals = await scanRecords(fileReader(file), shape, {
      record: (row, _line, start, end) => {
        longestRecord = Math.max(longestRecord, end - start)
        if (row >= 0) spans.offer(row, start, end)
      },
      problem: (problem) => {
        if (problems.length < issueLimit) problems.push(problem)
      },
      block: (position) => {
        input.signal.throwIfAborted()
        input.onProgress('Checking the file', 0.5 + position / Math.max(1, bytes) / 2)
      },
    })
    const issues: ImportIssue[] = []
    for (const problem of problems) {
      input.signal.throwIfAborted()
      issues.push(problemIssue(problem, shape.width, await readText(file, problem, 4 * rawLimit)))
    }
    if (totals.problems > problems.length) {
      const more = totals.problems - problems.length
      issues.push(note('other', `${more} more lines could not be read and are not listed.`))
    }
    const sample: string[][] = []
    for (const span of spans.kept) {
      const [record] = parseRecords((await readText(file, span, 1024 * 1024)).replace(/[\r\n]+$/, ''), shape)
      if (record?.length === shape.width) sample.push(record)
    }
    return { totals, longestRecord, issues, sample }
  } finally {
    await file.close()
  }
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Evenly spread records of a stream of unknown length: every n-th, with n doubling as the stream grows. */
class SpreadSample {
  kept: Span[] = []
  readonly #wanted: number
  #every = 1

  constructor(wanted: number) {
    this.#wanted = wanted
  }

  offer(row: number, start: number, end: number): void {
    if (row % this.#every !== 0) return
    this.kept.push({ start, end })
    if (this.kept.length < 2 * this.#wanted) return
    this.kept = this.kept.filter((_, index) => index % 2 === 0)
    this.#every *= 2
  }
}

/** The text of a span of a file, cut at `limit` bytes. */
export async function readText(
  file: Awaited<ReturnType<typeof open>>,
  span: Span,
  limit: number,
): Promise<string> {
  const length = Math.min(limit, span.end - span.start)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, span.start)
  return buffer.toString('utf8', 0, bytesRead)
}

/** The lines in which bytes were replaced because they are no UTF-8. */
async function replacedLines(target: string, signal: AbortSignal): Promise<ImportIssue[]> {
  const mark = Buffer.from('\ufffd')
  const issues: ImportIssue[] = []
  const file = await open(target)
  try {
    let line = 1
    for await (const text of file.readLines()) {
      signal.throwIfAborted()
      if (text.includes('\ufffd') && issues.length < issueLimit) {
        const message = `Line ${line}: bytes that are not valid UTF-8 were replaced by "${mark}". Choose the encoding the file was saved in.`
        issues.push(note('encoding', message, { line, raw: text.slice(0, rawLimit) }))
      }
      line++
    }
  } finally {
    await file.close()
  }
  return issues
}
