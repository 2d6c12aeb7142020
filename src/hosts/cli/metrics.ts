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

/** Precision, recall and F1 of the first `flagged` rows; rows without a label do not count. 0 where undefined. */
export function atThreshold({ labels }: Pick<ScoreOrder, 'labels'>, flagged: number) {
  const count = (values: Uint8Array, label: number) =>
    values.reduce((sum, value) => sum + (value === label ? 1 : 0), 0)
  const all = labels ?? new Uint8Array()
  const hits = count(all.subarray(0, flagged), 1)
  const falseAlarms = count(all.subarray(0, flagged), 0)
  const precision = hits / Math.max(1, hits + falseAlarms)
  const recall = hits / Math.max(1, count(all, 1))
  const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { precision, recall, f1 }
}
