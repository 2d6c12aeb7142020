import { cutMetrics } from '../../contract/cutMetrics.ts'
import type { Evaluation, Metrics, ScoreOrder, Threshold } from '../../contract/records.ts'

/** Evaluation at the threshold; null without labels. */
export function metricsOf(run: {
  readonly evaluation: Evaluation | null
  readonly scores: ScoreOrder
  readonly threshold: Threshold
}): Metrics | null {
  if (run.evaluation === null) return null
  const { auroc, averagePrecision } = run.evaluation
  return { auroc, averagePrecision, ...atThreshold(run.scores, run.threshold.flagged) }
}

/** Of flagging the first `flagged` rows; 0 where no label gives them a meaning. */
function atThreshold({ labels }: Pick<ScoreOrder, 'labels'>, flagged: number) {
  const all = labels ?? new Uint8Array()
  const count = (values: Uint8Array, ...wanted: readonly number[]) =>
    values.reduce((sum, value) => sum + (wanted.includes(value) ? 1 : 0), 0)
  const first = all.subarray(0, flagged)
  const { precision, recall, f1 } = cutMetrics({
    hits: count(first, 1),
    flagged: count(first, 0, 1),
    anomalies: count(all, 1),
    rows: count(all, 0, 1),
  })
  return { precision: precision ?? 0, recall: recall ?? 0, f1: f1 ?? 0 }
}
