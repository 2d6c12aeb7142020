import type { ColumnType, Dialect } from '../../src/contract/records.ts'

/** A file that a reader of tables may stumble over, and what must become of it. */
export interface HostileFile {
  readonly name: string
  /** What is the matter with it. */
  readonly what: string
  readonly content: () => string | Uint8Array
  /** Its text, where the content is not UTF-8 or compressed: lines are counted in it. */
  readonly text?: () => string
  readonly dialect?: Partial<Dialect>
  /** Whether the first line of the table names the columns. Default true. */
  readonly header?: boolean
  /** Lines above the table that are no part of it. */
  readonly preamble?: number
  /** Line breaks inside quoted cells. */
  readonly breaks?: number
  /** Rows that must be set aside. */
  readonly quarantined?: number
  /** The file cannot be a table: the sentence that says so. */
  readonly refused?: RegExp
  /** Types that columns must have. */
  readonly types?: Readonly<Record<string, ColumnType>>
  /** An issue that must be raised. */
  readonly issue?: RegExp
  /** What is not done yet: the test says so when it is. */
  readonly gap?: string
  /** No issue at all may be raised. */
  readonly silent?: boolean
}

/** A header and rows, with a line feed after each. */
export function table(header: string, rows: number, row: (index: number) => string): string {
  return [header, ...Array.from({ length: rows }, (_, index) => row(index))]
    .map((line) => `${line}\n`)
    .join('')
}

/** A plain table of a number and a word, with some lines put in after the given row. */
export function tableWith(inserted: string, after = 20, rows = 60): string {
  const lines = table('amount,word', rows, (index) => `${index}.5,w${index % 4}`).split('\n')
  return [...lines.slice(0, after + 1), inserted, ...lines.slice(after + 1)].join('\n')
}

/** A column of cells in turn, beside a word, parted by semicolons so that commas can be in them. */
export function columnOf(name: string, cells: readonly string[], rows = 60): string {
  return table(`${name};word`, rows, (index) => `${cells[index % cells.length] ?? ''};w${index % 4}`)
}
