import type { ModelFormat } from '../records.ts'

/** Rows and models on their way out. Every call is bound by what `Api` says. */
export interface ExportCalls {
  /**
   * Writes rows with their scores as CSV: the original columns, then anomaly_score, anomaly_rank,
   * flagged, top_columns, with `codes` also code_1, code_2 and so on. Without `path` the file goes to the project's
   * exports folder.
   */
  startExport(input: {
    runId: string
    rows: 'flagged' | 'all'
    codes?: boolean | undefined
    /** Prefixes cells that a spreadsheet would run as formulas. */
    neutraliseFormulas: boolean
    path?: string | undefined
  }): Promise<{ jobId: string }>
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
