import type {
  ColumnChoice,
  Dataset,
  Dialect,
  ImportIssue,
  ImportPreview,
  RowPage,
  Source,
} from '../records.ts'

/** Files on their way in, and the tables they became. Every call is bound by what `Api` says. */
export interface TableCalls {
  /** Opens an upload of `bytes` bytes; chunks follow in order. The bytes lie in the project's temporary folder. */
  beginUpload(input: { name: string; bytes: number }): Promise<{ uploadId: string }>
  /** Appends one chunk (at most 8 MiB). Await each before the next: that is the back-pressure. */
  appendUpload(input: { uploadId: string; chunk: Uint8Array }): Promise<{ received: number }>
  /** Forgets an upload that is not wanted any more, with its bytes. */
  endUpload(input: { uploadId: string }): Promise<Record<string, never>>
  /** Reads the head of a file with the dialect found, or with the fields given in `dialect`. */
  previewImport(input: { source: Source; dialect?: Partial<Dialect> | undefined }): Promise<ImportPreview>
  /** Imports the whole file. `columns` overrides type and role by column name. */
  startImport(input: {
    source: Source
    dialect?: Partial<Dialect> | undefined
    columns?: Readonly<Record<string, ColumnChoice>> | undefined
  }): Promise<{ jobId: string }>
  /** Imports a sample data set that ships with Residual. */
  startSampleImport(input: { sampleId: string }): Promise<{ jobId: string }>
  /** Changes roles or types of imported columns. A type that does not fit is refused, naming the first misfit. */
  updateColumns(input: {
    datasetId: string
    columns: Readonly<Record<string, ColumnChoice>>
  }): Promise<Dataset>
  /** Rows `from`..`to` (exclusive) in file order; at most 1,000 at a time. */
  readRows(input: { datasetId: string; from: number; to: number }): Promise<RowPage>
  /** What import complained about, in line order; at most 1,000 at a time. */
  readIssues(input: {
    datasetId: string
    from: number
    to: number
  }): Promise<{ issues: ImportIssue[]; total: number }>
  /** Forgets a data set and its runs. */
  deleteDataset(input: { datasetId: string }): Promise<Record<string, never>>
}
