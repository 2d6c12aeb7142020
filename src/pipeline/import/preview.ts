import { Failure } from '../../contract/failure.ts'
import type { Dialect, ImportIssue, ImportPreview, PreviewColumn } from '../../contract/records.ts'
import { decideType, guessFromPart, planReading, proposeRole, sampleFacts } from '../dataset/columnTypes.ts'
import { safeColumnNames } from './columnNames.ts'
import { afterLines, commonWidth, findDialect, normaliseLineEnds, parseRecords } from './dialect.ts'
import { brokenHeader, problemIssue, tooLong } from './issues.ts'
import { scanRecords } from './scanRecords.ts'
import { type Head, headText, readHead } from './sourceBytes.ts'

const previewRows = 100
const previewComplaints = 100

export interface PreviewInput {
  readonly path: string
  /** The name to show and to complain about. */
  readonly fileName: string
  /** Fields that the person chose; the others are found. */
  readonly dialect?: Partial<Dialect> | undefined
  /** The file ends with whole rows, but is only the head of a longer one. */
  readonly cut?: boolean
}

/** The first rows of a file as the dialect reads them. Throws a Failure for what is not a table. */
export async function previewFile(input: PreviewInput): Promise<ImportPreview> {
  const found = await readHead(input.path, input.fileName)
  const head = input.cut === true ? { ...found, whole: false } : found
  const reading = readDialect(head, input.fileName, input.dialect)
  const { dialect, columns } = reading
  const { rows, complaints } = await scanHead(reading, input.fileName)
  return {
    fileName: input.fileName,
    bytes: head.fileBytes,
    format: 'text',
    dialect,
    detected: dialectFields.filter((field) => input.dialect?.[field] === undefined),
    columns,
    rows,
    complaints,
  }
}

const dialectFields = [
  'encoding',
  'delimiter',
  'quote',
  'hasHeader',
  'decimalMark',
  'skipLines',
  'missingMarks',
] as const satisfies readonly (keyof Dialect)[]

/** What the head of a file says about the whole. */
export interface HeadReading {
  readonly dialect: Dialect
  readonly names: readonly string[]
  readonly columns: readonly PreviewColumn[]
  /** Records of the right width, as text, without the header. */
  readonly rows: readonly (readonly string[])[]
  readonly text: string
}

/** Decides the dialect and the columns from the head of a file. */
export function readDialect(head: Head, fileName: string, chosen: Partial<Dialect> = {}): HeadReading {
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined))
  const encoding = chosen.encoding ?? head.encoding
  const text = normaliseLineEnds(headText(head, encoding))
  const dialect = checkDialect(findDialect(text, encoding, given), fileName)
  const records = afterLines(parseRecords(text, dialect), dialect.skipLines).filter(
    (record) => record.length > 1 || record[0]?.trim() !== '',
  )
  const [first = []] = records
  const body = dialect.hasHeader ? records.slice(1) : records
  if (body.length === 0) {
    // A header that runs over lines and leaves no rows is a quote that was never closed.
    if (first.some((cell) => cell.includes('\n'))) throw brokenHeader(fileName, dialect.skipLines + 1)
    throw noRows(fileName, first.length > 0, head.whole)
  }
  const { width } = commonWidth(body)
  const names = safeColumnNames(dialect.hasHeader ? first : [], width)
  const rows = body.filter((record) => record.length === width)
  return { dialect, names, rows, columns: columnsOf(names, rows, dialect, head.whole), text }
}

function noRows(fileName: string, hasHeader: boolean, whole: boolean): Failure {
  if (!whole) {
    return tooLong(fileName, hasHeader ? 2 : 1)
  }
  return new Failure(
    'unreadable-file',
    hasHeader
      ? `${fileName} has a header in line 1 but no rows below it. If line 1 is a row, switch the header off.`
      : `${fileName} has no rows: it holds only blank lines. Choose a file with a header and rows.`,
  )
}

function checkDialect(dialect: Dialect, fileName: string): Dialect {
  const single = (text: string) => text.length === 1 && text.charCodeAt(0) < 128 && !/[\r\n\0]/.test(text)
  if (!single(dialect.delimiter) || (dialect.quote !== '' && !single(dialect.quote))) {
    throw new Failure('bad-request', `${fileName}: delimiter and quote must be one plain character each.`)
  }
  if (dialect.delimiter === dialect.quote) {
    throw new Failure('bad-request', `${fileName}: delimiter and quote must differ.`)
  }
  if (!Number.isInteger(dialect.skipLines) || dialect.skipLines < 0) {
    throw new Failure('bad-request', `${fileName}: the number of lines to skip must be 0 or more.`)
  }
  return dialect
}

/** The present, trimmed texts of one column of a sample. */
export function presentTexts(
  rows: readonly (readonly string[])[],
  index: number,
  missingMarks: readonly string[],
): string[] {
  const marks = new Set(missingMarks)
  return rows.map((row) => (row[index] ?? '').trim()).filter((text) => text !== '' && !marks.has(text))
}

function columnsOf(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  dialect: Dialect,
  whole: boolean,
): PreviewColumn[] {
  return names.map((name, index) => {
    const texts = presentTexts(rows, index, dialect.missingMarks)
    const plan = planReading(texts, dialect.decimalMark, { name })
    const facts = sampleFacts(name, plan, texts, rows.length)
    if (!whole) return { name, ...guessFromPart(facts) }
    const type = decideType(facts)
    return { name, type, role: proposeRole(name, type, facts.distinct) }
  })
}

/** The first rows as the import would read them, and what it would complain about within the head. */
async function scanHead(
  reading: HeadReading,
  fileName: string,
): Promise<{ rows: string[][]; complaints: ImportIssue[] }> {
  const bytes = Buffer.from(reading.text)
  const records: string[] = []
  const complaints: ImportIssue[] = []
  const shape = { ...reading.dialect, width: reading.names.length, fileName }
  await scanRecords(async (position) => bytes.subarray(position), shape, {
    record: (row, _line, start, _end, lineEnd) => {
      if (row >= 0 && records.length < previewRows) records.push(bytes.toString('utf8', start, lineEnd))
    },
    problem: (problem) => {
      if (complaints.length >= previewComplaints) return
      const raw = bytes.toString('utf8', problem.start, problem.end)
      complaints.push(problemIssue(problem, shape.width, raw))
    },
  })
  return { rows: parseRecords(records.join('\n'), reading.dialect), complaints }
}
