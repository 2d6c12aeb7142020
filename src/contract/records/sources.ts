// Files on their way in: where they are, what was found in them, what import complained about.

import type { Dialect } from './dialects.ts'
import type { ColumnRole, ColumnType } from './tables.ts'

/** Where the bytes are: a file the core can open, or bytes the page sent with `beginUpload`. */
export type Source =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'upload'; readonly uploadId: string }

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

/** What a file is, by its content. The cells of formats other than text have types of their own, and no dialect. */
export type FileFormat = 'text' | 'parquet' | 'json'

export interface PreviewColumn {
  readonly name: string
  readonly type: ColumnType
  readonly role: ColumnRole
}

/** The first rows of a file as the given dialect reads them; nothing is imported yet. */
export interface ImportPreview {
  readonly fileName: string
  readonly bytes: number
  readonly format: FileFormat
  readonly dialect: Dialect
  /** Fields of `dialect` that were found rather than chosen by the person. */
  readonly detected: readonly (keyof Dialect)[]
  readonly columns: readonly PreviewColumn[]
  readonly rows: readonly (readonly string[])[]
  readonly complaints: readonly ImportIssue[]
}
