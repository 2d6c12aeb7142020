import type { ExportFormat, ModelFormat } from '../records.ts'

/** Rows and models on their way out. Every call is bound by what `Api` says. */
export interface ExportCalls {
  /**
   * Writes rows with their scores: the original columns, or those named in `columns`, then anomaly_score, anomaly_rank,
   * flagged, top_columns, with `codes` also code_1, code_2 and so on. CSV, which it is without `format`, and TSV have the
   * cells exactly as in the file. Without `path` the file goes to the project's exports folder.
   */
  startExport(input: {
    runId: string
    rows: 'flagged' | 'all'
    format?: ExportFormat | undefined
    columns?: readonly string[] | undefined
    codes?: boolean | undefined
    /** Prefixes cells that a spreadsheet would run as formulas, in CSV and TSV: the other formats know texts. */
    neutraliseFormulas: boolean
    path?: string | undefined
  }): Promise<{ jobId: string }>
  /** The same rows as tab-separated text for the clipboard; the first `mostCopiedRows` of them, of `total`. */
  readRowsAsText(input: {
    runId: string
    rows: 'flagged' | 'all'
    columns?: readonly string[] | undefined
    codes?: boolean | undefined
    neutraliseFormulas: boolean
  }): Promise<{ text: string; rows: number; total: number }>
  /**
   * Writes a run's model. `onnx`: one file from raw columns to score, flag and shares, which Residual opens too;
   * `tensorflowjs`: a zip of the network in layers format beside its encoder.
   */
  startModelExport(input: {
    runId: string
    format: ModelFormat
    path?: string | undefined
  }): Promise<{ jobId: string }>
}
