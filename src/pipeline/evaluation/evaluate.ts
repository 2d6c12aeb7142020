import type { Evaluation, Metrics } from '../../contract/records.ts'

const mostPoints = 1000

/** One entry for each distinct score of labelled rows, the highest first. Arrays, since they can be millions. */
interface Steps {
  readonly count: number
  /** Labelled anomalies with at least the step's score. */
  readonly hits: Int32Array
  /** Labelled normal rows with at least the step's score. */
  readonly falseAlarms: Int32Array
}

/**
 * Compares scores with labels, which had no part in making them. Rows with an unknown label are left out.
 * AUROC counts a tie as half. Average precision is the sum of precision times gained recall over the distinct
 * scores, without interpolation (as in scikit-learn). null when one of the two kinds does not occur.
 * @param input.sorted scores from highest to lowest
 * @param input.labels in the same order: 1 anomaly, 0 normal, 255 unknown
 */
export function evaluate(input: {
  readonly sorted: Float32Array
  readonly labels: Uint8Array
  readonly labelColumn: string
  readonly positiveValue: string
}): Evaluation | null {
  const { sorted, labels, labelColumn, positiveValue } = input
  const steps = distinctScores(sorted, labels)
  const positives = steps.hits[steps.count - 1] ?? 0
  const negatives = steps.falseAlarms[steps.count - 1] ?? 0
  if (positives === 0 || negatives === 0) return null
  let area = 0
  let averagePrecision = 0
  let hitsBefore = 0
  let falseAlarmsBefore = 0
  for (let step = 0; step < steps.count; step++) {
    const hits = steps.hits[step] ?? 0
    const falseAlarms = steps.falseAlarms[step] ?? 0
    area += ((falseAlarms - falseAlarmsBefore) * (hits + hitsBefore)) / 2
    averagePrecision += ((hits - hitsBefore) / positives) * (hits / (hits + falseAlarms))
    hitsBefore = hits
    falseAlarmsBefore = falseAlarms
  }
  const shown = thin(steps)
  return {
    labelColumn,
    positiveValue,
    positives,
    labelled: positives + negatives,
    auroc: area / (positives * negatives),
    averagePrecision,
    roc: [
      { falsePositiveRate: 0, truePositiveRate: 0 },
      ...shown.map(({ hits, falseAlarms }) => ({
        falsePositiveRate: falseAlarms / negatives,
        truePositiveRate: hits / positives,
      })),
    ],
    precisionRecall: shown.map(({ hits, falseAlarms }) => ({
      recall: hits / positives,
      precision: hits / (hits + falseAlarms),
    })),
  }
}

/** Everything at one threshold: rows with a score of at least `cut` are flagged. null as in `evaluate`. */
export function metricsAt(input: {
  readonly sorted: Float32Array
  readonly labels: Uint8Array
  readonly cut: number
}): (Metrics & { readonly matthews: number }) | null {
  const { sorted, labels, cut } = input
  const evaluation = evaluate({ sorted, labels, labelColumn: '', positiveValue: '' })
  if (!evaluation) return null
  let hits = 0
  let falseAlarms = 0
  for (let place = 0; place < sorted.length && (sorted[place] ?? 0) >= cut; place++) {
    if (labels[place] === 1) hits++
    else if (labels[place] === 0) falseAlarms++
  }
  const { positives, labelled, auroc, averagePrecision } = evaluation
  const misses = positives - hits
  const passed = labelled - positives - falseAlarms
  const flagged = hits + falseAlarms
  const spread = Math.sqrt(flagged * positives * (labelled - positives) * (labelled - flagged))
  return {
    auroc,
    averagePrecision,
    // Nothing flagged: no flag was right, none was wrong; 0, as scikit-learn has it.
    precision: flagged === 0 ? 0 : hits / flagged,
    recall: hits / positives,
    f1: (2 * hits) / (2 * hits + falseAlarms + misses),
    matthews: spread === 0 ? 0 : (hits * passed - falseAlarms * misses) / spread,
  }
}

function distinctScores(sorted: Float32Array, labels: Uint8Array): Steps {
  const hits = new Int32Array(sorted.length)
  const falseAlarms = new Int32Array(sorted.length)
  let count = 0
  let hitsSoFar = 0
  let falseAlarmsSoFar = 0
  let previous = Number.NaN
  for (let place = 0; place < sorted.length; place++) {
    const label = labels[place]
    if (label === 1) hitsSoFar++
    else if (label === 0) falseAlarmsSoFar++
    else continue
    const score = sorted[place] ?? 0
    if (score !== previous) count++
    previous = score
    hits[count - 1] = hitsSoFar
    falseAlarms[count - 1] = falseAlarmsSoFar
  }
  return { count, hits, falseAlarms }
}

/** At most `mostPoints` - 1 of the steps, evenly, the last included. */
function thin({
  count,
  hits,
  falseAlarms,
}: Steps): { readonly hits: number; readonly falseAlarms: number }[] {
  const shown = Math.min(count, mostPoints - 1)
  return Array.from({ length: shown }, (_, index) => {
    const step = Math.round(((index + 1) / shown) * count) - 1
    return { hits: hits[step] ?? 0, falseAlarms: falseAlarms[step] ?? 0 }
  })
}
