// How text is cut into cells.

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** How the text of a table is cut into cells. Every field can be overridden by the person. */
export interface Dialect {
  readonly encoding: Encoding
  readonly delimiter: string
  readonly quote: string
  readonly hasHeader: boolean
  readonly decimalMark: '.' | ','
  /** Physical lines before the header or first row that are not part of the table. */
  readonly skipLines: number
  /** Cell texts that mean "no value", compared exactly after trimming. */
  readonly missingMarks: readonly string[]
}
