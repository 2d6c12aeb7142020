import type { Dialect, ModelSummary, Source } from '../records.ts'

/** Models that exist, and rows that they score. Every call is bound by what `Api` says. */
export interface ScoringCalls {
  /** Opens a model file for scoring and keeps a copy in the project. */
  openModel(input: { source: Source }): Promise<ModelSummary>
  deleteModel(input: { modelId: string }): Promise<Record<string, never>>
  /**
   * Scores rows with a model that exists: of a run, or opened from a file. A `source` is imported first, its
   * columns read as the model wants them. The result is a run of that data set, with the model's threshold.
   */
  startScoring(input: {
    model: { runId: string } | { modelId: string }
    data: { datasetId: string } | { source: Source; dialect?: Partial<Dialect> | undefined }
  }): Promise<{ jobId: string }>
  /**
   * Scores a file of this machine into another, in order and in bounded memory, without importing it: its columns, then
   * anomaly_score, flagged and, for flagged rows, top_columns, as CSV. Stopped half-way, the same call goes on.
   */
  startFileScoring(input: {
    modelId: string
    path: string
    dialect?: Partial<Dialect> | undefined
    target: string
  }): Promise<{ jobId: string }>
}
