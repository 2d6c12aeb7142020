/** Labelled rows about a threshold; rows without a label are in none of these. */
export interface CutCounts {
  /** Anomalies among the rows flagged, and all rows flagged. */
  readonly hits: number
  readonly flagged: number
  /** Anomalies among all rows, and all rows. */
  readonly anomalies: number
  readonly rows: number
}

export interface CutMetrics {
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
  readonly falsePositiveRate: number | null
}

/**
 * Precision, recall, F1 and false-positive rate of a threshold; null where no label gives them a meaning. Precision is
 * 0 where nothing is flagged.
 */
export function cutMetrics({ hits, flagged, anomalies, rows }: CutCounts): CutMetrics {
  const normal = rows - anomalies
  return {
    precision: rows === 0 ? null : hits / Math.max(1, flagged),
    recall: anomalies === 0 ? null : hits / anomalies,
    f1: flagged + anomalies === 0 ? null : (2 * hits) / (flagged + anomalies),
    falsePositiveRate: normal === 0 ? null : (flagged - hits) / normal,
  }
}
