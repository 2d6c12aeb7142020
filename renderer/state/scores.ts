import { type CutMetrics, cutMetrics } from '../../src/contract/cutMetrics.ts'

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

/** Metrics of flagging the first `flagged` rows. */
export const metricsAtCount = ({ anomalies, known }: LabelTotals, flagged: number): CutMetrics =>
  cutMetrics({
    hits: anomalies[flagged] ?? 0,
    flagged: known[flagged] ?? 0,
    anomalies: anomalies.at(-1) ?? 0,
    rows: known.at(-1) ?? 0,
  })
