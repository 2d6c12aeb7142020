import type {
  Evaluation,
  RankedPage,
  RowExplanation,
  RunSummary,
  ScoreOrder,
  Threshold,
  ThresholdRule,
} from '../records.ts'

/** What a run found: scores, threshold, reasons. Every call is bound by what `Api` says. */
export interface ResultCalls {
  readRun(input: { runId: string }): Promise<RunSummary>
  /** All scores of a run, highest first. */
  readScores(input: { runId: string }): Promise<ScoreOrder>
  /** ROC and precision-recall against the label column; null where there is none. */
  readEvaluation(input: { runId: string }): Promise<Evaluation | null>
  /** Applies a rule and keeps it with the run. `value` as in Threshold. */
  setThreshold(input: { runId: string; rule: ThresholdRule; value: number | null }): Promise<Threshold>
  /** Rows by rank, `from`..`to` (exclusive, 0-based); at most 1,000 at a time. */
  readRankedRows(input: { runId: string; from: number; to: number }): Promise<RankedPage>
  /** Why one row has its score. `row` is its number in file order. */
  explainRow(input: { runId: string; row: number }): Promise<RowExplanation>
  /** Forgets a run. */
  deleteRun(input: { runId: string }): Promise<Record<string, never>>
}
