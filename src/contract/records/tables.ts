// Files, their dialects and what import made of them.

import type { columnTypes } from '../choices.ts'

/** Where the bytes are: a file the core can open, or bytes the page sent with `beginUpload`. */
export type Source =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'upload'; readonly uploadId: string }

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

export type ColumnType = (typeof columnTypes)[number]

/** `label` columns are never trained on; they serve evaluation only. */
export type ColumnRole = 'feature' | 'label' | 'identifier' | 'ignored'

/** What is the matter with a piece of the file, where, and what to do about it. */
export interface ImportIssue {
  /** 1-based physical line in the file, when one line is to blame. */
  readonly line: number | null
  readonly column: string | null
  readonly kind: 'ragged' | 'quote' | 'encoding' | 'type' | 'other'
  readonly message: string
  /** The line's text as read, cut at 2,000 characters. */
  readonly raw: string | null
  /** What became of the row. Rows are never dropped without an issue. */
  readonly action: 'kept' | 'blanked' | 'quarantined'
}

export interface PreviewColumn {
  readonly name: string
  readonly type: ColumnType
  readonly role: ColumnRole
}

/** The first rows of a file as the given dialect reads them; nothing is imported yet. */
export interface ImportPreview {
  readonly fileName: string
  readonly bytes: number
  readonly dialect: Dialect
  /** Fields of `dialect` that were found rather than chosen by the person. */
  readonly detected: readonly (keyof Dialect)[]
  readonly columns: readonly PreviewColumn[]
  readonly rows: readonly (readonly string[])[]
  readonly complaints: readonly ImportIssue[]
}

export type ColumnChoice = { readonly type?: ColumnType; readonly role?: ColumnRole }

/** A small picture of a column: counts in equal bins (numbers, dates) or of the commonest values. */
export type Distribution =
  | { readonly kind: 'bins'; readonly from: number; readonly to: number; readonly counts: readonly number[] }
  | {
      readonly kind: 'values'
      readonly values: readonly { readonly value: string; readonly count: number }[]
    }

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly role: ColumnRole
  readonly missing: number
  /** Distinct values present (an estimate above 100,000 rows). */
  readonly distinct: number
  /** Numbers: unit of the data. Date-times: milliseconds since 1970 UTC. Otherwise null. */
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly distribution: Distribution
}

export interface Dataset {
  readonly datasetId: string
  readonly name: string
  readonly importedAt: string
  readonly bytes: number
  readonly sha256: string
  readonly dialect: Dialect
  readonly rows: number
  /** Rows that could not be read; listed by `readIssues`. */
  readonly quarantined: number
  readonly issues: number
  readonly columns: readonly Column[]
}

/** A cell as shown: numbers as numbers, date-times as ISO text, missing as null. */
export type Cell = string | number | null

export interface RowPage {
  readonly columns: readonly string[]
  /** 0-based row numbers in file order, one per entry of `cells`. */
  readonly rows: readonly number[]
  readonly cells: readonly (readonly Cell[])[]
  readonly total: number
}
