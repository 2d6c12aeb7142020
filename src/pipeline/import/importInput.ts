import type { ColumnChoice, Dialect } from '../../contract/records.ts'
import type { Database } from '../dataset/database.ts'

export interface ImportInput {
  readonly database: Database
  /** Where the project keeps decoded sources. */
  readonly sourceFolder: string
  readonly path: string
  /** The name that messages use. */
  readonly fileName: string
  readonly datasetId: string
  /** The data set's name in the project. */
  readonly name: string
  readonly dialect?: Partial<Dialect> | undefined
  /** Type and role by column name, where the person chose them. */
  readonly columns?: Readonly<Record<string, ColumnChoice>> | undefined
  /** The file that `path` was written from, where it was no text: its size and hash are recorded, and its rows counted. */
  readonly original?: { readonly bytes: number; readonly sha256: string; readonly rows: number } | undefined
  readonly onProgress: (phase: string, share: number | null) => void
  readonly signal: AbortSignal
}
