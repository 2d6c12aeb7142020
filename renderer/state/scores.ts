/** The smallest 32-bit float above `value`, which is finite and not negative. */
export function nextAbove(value: number): number {
  const float = new Float32Array([value])
  const bits = new Uint32Array(float.buffer)
  bits[0] = (bits[0] ?? 0) + 1
  return float[0] ?? value
}

/** Running totals down the ranking, so that metrics at any cut are a lookup. */
interface LabelTotals {
  /** Anomalies among the first n rows, at n. */
  readonly anomalies: Uint32Array
  /** Rows with a known label among the first n rows, at n. */
  readonly known: Uint32Array
}

/** Totals from labels in rank order: 1 anomaly, 0 normal, 255 unknown. */
export function labelTotals(labels: Uint8Array): LabelTotals {
  const anomalies = new Uint32Array(labels.length + 1)
  const known = new Uint32Array(labels.length + 1)
  labels.forEach((label, index) => {
    anomalies[index + 1] = (anomalies[index] ?? 0) + (label === 1 ? 1 : 0)
    known[index + 1] = (known[index] ?? 0) + (label === 255 ? 0 : 1)
  })
  return { anomalies, known }
}

interface CutMetrics {
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
  readonly falsePositiveRate: number | null
}

/**
 * Precision, recall, F1 and false-positive rate of flagging the first `flagged` rows; null where no label
 * gives them a meaning. Precision is 0 where nothing is flagged, as the core has it.
 */
export function metricsAtCount({ anomalies, known }: LabelTotals, flagged: number): CutMetrics {
  const hits = anomalies[flagged] ?? 0
  const judged = known[flagged] ?? 0
  const all = anomalies.at(-1) ?? 0
  const allKnown = known.at(-1) ?? 0
  const precision = allKnown === 0 ? null : hits / Math.max(1, judged)
  const recall = all === 0 ? null : hits / all
  const f1 = judged + all === 0 ? null : (2 * hits) / (judged + all)
  const normal = allKnown - all
  return { precision, recall, f1, falsePositiveRate: normal === 0 ? null : (judged - hits) / normal }
}
