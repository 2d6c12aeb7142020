import { Failure } from '../../contract/failure.ts'
import type { ImportIssue } from '../../contract/records.ts'
import type { ScanProblem } from './records.ts'

/** Characters of a line that an issue keeps. */
export const rawLimit = 2000

const trimEnd = (raw: string): string => raw.replace(/[\r\n]+$/, '').slice(0, rawLimit)

const headerRemedy = 'Correct the line, choose another quote character, or skip it.'

/** A header that cannot be read, for which no row stands in. */
export function brokenHeader(fileName: string, line: number): Failure {
  return new Failure(
    'unreadable-file',
    `${fileName}: line ${line}, the header, has broken quotes, so the columns' names cannot be read. ${headerRemedy}`,
    { line },
  )
}

/** A line too long for a table's. */
export function tooLong(fileName: string, line: number): Failure {
  return new Failure(
    'unreadable-file',
    `${fileName}, line ${line}: the line is longer than 8 MB, so this is not a table with one row a line. Check that it is a text file with line ends.`,
    { line },
  )
}

/** A table with more unclosed quotes than a few slips explain. */
export function hopelessQuotes(fileName: string, maximum: number, line: number): Failure {
  return new Failure(
    'unreadable-file',
    `${fileName}: more than ${maximum} lines have quotes that do not close; line ${line} is one. Choose another quote character, or none.`,
    { line },
  )
}

/** A line that is no record of the table, as an issue. */
export function problemIssue(problem: ScanProblem, width: number, raw: string): ImportIssue {
  const { line, cells, quoteLine } = problem
  const message = problem.header
    ? `Line ${line}, the header, has broken quotes, so the columns' names cannot be read. ${headerRemedy}`
    : problem.kind === 'quote'
      ? `Line ${quoteLine}: a quoted cell is not closed properly, or has spaces before its quote. Double the quotes inside it, or choose another quote character.`
      : `Line ${line}: ${cells} ${cells === 1 ? 'cell' : 'cells'} where the table has ${width} columns. Check the line for a missing or surplus delimiter.`
  return {
    line: problem.kind === 'quote' ? quoteLine : line,
    column: null,
    kind: problem.kind,
    message,
    raw: trimEnd(raw),
    action: 'quarantined',
  }
}

/** A cell whose text does not fit its column's type, as an issue. */
export function misfitIssue(input: {
  readonly line: number
  readonly column: string
  readonly kind: 'number' | 'date-time' | 'text'
  readonly text: string
  readonly raw: string
}): ImportIssue {
  const wanted = input.kind === 'number' ? 'a finite number' : 'a date-time'
  return {
    line: input.line,
    column: input.column,
    kind: 'type',
    message: `Line ${input.line}, column "${input.column}": "${input.text.slice(0, 200)}" is not ${wanted}; the cell was left blank. Add it to the missing marks, or import the column as text.`,
    raw: trimEnd(input.raw),
    action: 'blanked',
  }
}

/** Something about the file or a column as a whole; no row was lost by it. */
export function note(kind: ImportIssue['kind'], message: string, at: Partial<ImportIssue> = {}): ImportIssue {
  return { line: null, column: null, raw: null, action: 'kept', ...at, kind, message }
}
