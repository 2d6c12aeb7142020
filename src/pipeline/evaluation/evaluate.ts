import type { Evaluation, Metrics } from '../../contract/records.ts'

const mostPoints = 1000

interface Step {
  /** Labelled anomalies and normal rows with at least this step's score. */
  readonly hits: number
  readonly falseAlarms: number
  readonly score: number
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
  const { hits: positives, falseAlarms: negatives } = steps.at(-1) ?? { hits: 0, falseAlarms: 0 }
  if (positives === 0 || negatives === 0) return null
  let area = 0
  let averagePrecision = 0
  let previous = { hits: 0, falseAlarms: 0 }
  for (const step of steps) {
    const gained = step.hits - previous.hits
    area += ((step.falseAlarms - previous.falseAlarms) * (step.hits + previous.hits)) / 2
    averagePrecision += (gained / positives) * (step.hits / (step.hits + step.falseAlarms))
    previous = step
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

function distinctScores(sorted: Float32Array, labels: Uint8Array): Step[] {
  const steps: Step[] = []
  let hits = 0
  let falseAlarms = 0
  for (const [place, score] of sorted.entries()) {
    if (labels[place] === 1) hits++
    else if (labels[place] === 0) falseAlarms++
    else continue
    if (steps.at(-1)?.score === score) steps.pop()
    steps.push({ hits, falseAlarms, score })
  }
  return steps
}

/** At most `mostPoints` - 1 of the steps, evenly, the last included. */
function thin(steps: readonly Step[]): readonly Step[] {
  const most = mostPoints - 1
  if (steps.length <= most) return steps
  return Array.from({ length: most }, (_, index) => {
    const step = steps[Math.round(((index + 1) / most) * steps.length) - 1]
    if (!step) throw new Error('A curve was thinned beyond its end')
    return step
  })
}
