import Papa from 'papaparse'
import type { Dialect } from '../../contract/records.ts'
import { isNumberText } from '../dataset/numbers.ts'

/** What "no value" is written as when nobody says otherwise. */
export const usualMissingMarks: readonly string[] = [
  '',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'NaN',
  'nan',
  'null',
  'NULL',
  'None',
  '-',
  '?',
]

const delimiters = [',', ';', '\t', '|'] as const
const sampleRecords = 1000
/** A quote character that no text contains, because PapaParse cannot be told "none". */
const noQuote = '\u0000'

/** Records of the text. PapaParse takes one kind of line end, so the text is normalised first. */
export function parseRecords(text: string, cut: Pick<Dialect, 'delimiter' | 'quote'>): string[][] {
  const result = Papa.parse<string[]>(text, {
    delimiter: cut.delimiter,
    quoteChar: cut.quote === '' ? noQuote : cut.quote,
    newline: '\n',
    preview: sampleRecords,
  })
  return result.data
}

export const normaliseLineEnds = (text: string): string => text.replace(/\r\n?/g, '\n')

/** A record of a line that holds nothing but spaces. */
export const isBlank = (record: readonly string[]): boolean => record.length === 1 && record[0]?.trim() === ''

/** The commonest width among records, and the share of records that have it. */
export function commonWidth(records: readonly (readonly string[])[]): { width: number; share: number } {
  const counts = new Map<number, number>()
  let total = 0
  for (const record of records) {
    if (isBlank(record)) continue
    total++
    counts.set(record.length, (counts.get(record.length) ?? 0) + 1)
  }
  let width = 1
  let best = 0
  for (const [candidate, count] of counts) {
    if (count > best || (count === best && candidate > width)) {
      width = candidate
      best = count
    }
  }
  return { width, share: total === 0 ? 0 : best / total }
}

/**
 * The dialect of a table from the text of its head (line ends normalised). Fields in `chosen` are taken as they are.
 * `encoding` is found from bytes before this.
 */
export function findDialect(
  text: string,
  encoding: Dialect['encoding'],
  chosen: Partial<Dialect> = {},
): Dialect {
  const quote = chosen.quote ?? findQuote(text)
  const delimiter = chosen.delimiter ?? findDelimiter(text, quote)
  const records = parseRecords(text, { delimiter, quote })
  const skipLines = chosen.skipLines ?? countPreamble(records)
  const table = afterLines(records, skipLines).filter((record) => !isBlank(record))
  const decimalMark = chosen.decimalMark ?? findDecimalMark(table, delimiter)
  return {
    encoding,
    delimiter,
    quote,
    skipLines,
    decimalMark,
    hasHeader: chosen.hasHeader ?? looksLikeHeader(table, decimalMark),
    missingMarks: chosen.missingMarks ?? usualMissingMarks,
  }
}

function findQuote(text: string): string {
  if (text.includes('"')) return '"'
  const lines = text.split('\n', 200).filter((line) => line.trim() !== '')
  const single = lines.filter((line) => /(^|[,;\t|])'[^']*'($|[,;\t|])/.test(line))
  return single.length > lines.length / 2 ? "'" : '"'
}

/** The delimiter under which most records have one width and the cells are whole numbers or words. */
function findDelimiter(text: string, quote: string): string {
  let best = ','
  let bestScore = 0
  for (const delimiter of delimiters) {
    const records = parseRecords(text, { delimiter, quote })
    const { width, share } = commonWidth(records)
    if (width === 1) continue
    const score = share * (0.4 + 0.6 * cleanShare(records, width, delimiter))
    if (score > bestScore + 0.001) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

/** Share of cells that no other delimiter would cut further. */
function cleanShare(records: readonly (readonly string[])[], width: number, delimiter: string): number {
  let clean = 0
  let cells = 0
  const others = delimiters.filter((other) => other !== delimiter)
  for (const record of records.slice(0, 200)) {
    if (record.length !== width) continue
    for (const cell of record) {
      cells++
      const decimalComma = delimiter !== ',' && isNumberText(cell.trim(), ',')
      if (decimalComma || !others.some((other) => cell.includes(other))) clean++
    }
  }
  return cells === 0 ? 0 : clean / cells
}

/** Physical lines before the table: blank lines, and lines much narrower than the table. */
function countPreamble(records: readonly (readonly string[])[]): number {
  const { width } = commonWidth(records)
  let lines = 0
  for (const record of records.slice(0, 100)) {
    const narrow = width > 1 && record.length < Math.max(2, width / 2)
    const comment = record[0]?.startsWith('#') === true && record.length !== width
    if (!isBlank(record) && !narrow && !comment) return lines
    lines += physicalLines(record)
  }
  return 0
}

/** Physical lines that a record covers. */
function physicalLines(record: readonly string[]): number {
  return 1 + record.reduce((sum, cell) => sum + (cell.split('\n').length - 1), 0)
}

export function afterLines<T extends readonly string[]>(records: readonly T[], lines: number): readonly T[] {
  let passed = 0
  let index = 0
  while (index < records.length && passed < lines) passed += physicalLines(records[index++] ?? [])
  return records.slice(index)
}

/** Decimal commas need proof: cells such as 1,5 and none such as 1.5. Groups of three are thousands. */
function findDecimalMark(records: readonly (readonly string[])[], delimiter: string): '.' | ',' {
  let commas = 0
  let points = 0
  for (const record of records) {
    for (const raw of record) {
      const cell = raw.trim()
      if (/^[+-]?\d+,\d+$/.test(cell))
        commas += delimiter === ',' && /^[+-]?\d{1,3},\d{3}$/.test(cell) ? 0 : 1
      else if (/^[+-]?\d*\.\d+$/.test(cell)) points++
    }
  }
  return commas > points ? ',' : '.'
}

/** Whether the first record names the columns: texts over numbers, or texts that never come again below. */
function looksLikeHeader(records: readonly (readonly string[])[], decimalMark: '.' | ','): boolean {
  const [first, ...body] = records
  if (first === undefined) return true
  const isNumber = (cell: string | undefined) => isNumberText((cell ?? '').trim(), decimalMark)
  if (body.length === 0) return !first.some(isNumber)
  let votes = 0
  for (const [index, head] of first.entries()) {
    const cells = body.slice(0, 200).map((record) => record[index]?.trim() ?? '')
    const present = cells.filter((cell) => cell !== '')
    const numeric = present.filter(isNumber).length
    if (present.length === 0 || numeric < 0.7 * present.length) continue
    votes += isNumber(head) ? -1 : head.trim() === '' ? 0 : 1
  }
  if (votes !== 0) return votes > 0
  if (first.some(isNumber)) return false
  const repeated = first.some((head, index) => body.some((record) => record[index] === head && head !== ''))
  return !repeated && new Set(first).size === first.length
}
