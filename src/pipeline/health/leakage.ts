import type { HealthFinding } from '../../contract/records.ts'
import { isFeature, leaveOut } from './columnChecks.ts'
import type { SampledColumn, TableSample } from './sample.ts'

/** Area under the ROC curve from which one column alone gives the label away. */
const giveaway = 0.98
/** Fewer rows of either label say little. */
const leastOfEach = 10

/**
 * Features that rank the label nearly perfectly by themselves. The label is never trained on, but such a column often
 * was written after the fact, and makes the comparison with the label look better than any model is.
 */
export function leakingColumns(sample: TableSample): HealthFinding[] {
  const label = sample.columns.find(({ column }) => column.role === 'label')
  const truth = label ? binary(label.values) : null
  if (!label || !truth) return []
  return sample.columns.flatMap((one): HealthFinding[] => {
    if (!isFeature(one)) return []
    const area =
      one.column.type === 'number' || one.column.type === 'date-time'
        ? byValue(one, truth)
        : byLevel(one, truth)
    if (area < giveaway) return []
    return [
      {
        kind: 'leakage',
        serious: true,
        columns: [one.column.name],
        message: `“${one.column.name}” alone tells “${label.column.name}” apart nearly perfectly (AUROC ${area.toFixed(3)}).`,
        reason:
          'A column that was filled in after the fact would not be known for new rows. Keep it only if it is a measurement.',
        fix: leaveOut([one.column.name]),
      },
    ]
  })
}

/** 1 for the rarer of two values, 0 for the other, -1 where missing; null where there are not two, or too few rows. */
function binary(values: Float64Array): Int8Array | null {
  const counts = new Map<number, number>()
  for (const value of values) {
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
    if (counts.size > 2) return null
  }
  const [rare, common] = [...counts].sort(([, one], [, other]) => one - other)
  if (!rare || !common || rare[1] < leastOfEach) return null
  return Int8Array.from(values, (value) => (Number.isNaN(value) ? -1 : value === rare[0] ? 1 : 0))
}

/** AUROC of the values themselves, whichever direction is better. */
function byValue({ values }: SampledColumn, truth: Int8Array): number {
  const area = auroc(values, truth)
  return Math.max(area, 1 - area)
}

/** Half of the rows, not every other one: labels may come in turns. */
const isJudged = (row: number) => (Math.imul(row + 1, 0x9e3779b1) >>> 16) % 2 === 1

/** AUROC of each category's share of positives, learnt from one half of the rows and judged on the other. */
function byLevel({ values }: SampledColumn, truth: Int8Array): number {
  const seen = new Map<number, { rows: number; positives: number }>()
  const keyOf = (at: number) => {
    const value = values[at] ?? Number.NaN
    return Number.isNaN(value) ? -1 : value
  }
  for (let at = 0; at < values.length; at++) {
    const known = truth[at] ?? -1
    if (known < 0 || isJudged(at)) continue
    const level = seen.get(keyOf(at)) ?? { rows: 0, positives: 0 }
    seen.set(keyOf(at), { rows: level.rows + 1, positives: level.positives + known })
  }
  const shares = new Float64Array(values.length).fill(Number.NaN)
  for (let at = 0; at < values.length; at++) {
    if (!isJudged(at)) continue
    const level = seen.get(keyOf(at))
    shares[at] = level ? level.positives / level.rows : 0.5
  }
  return auroc(shares, truth)
}

/** Mann-Whitney estimate with ties counted half; 0.5 where there are too few rows of either kind. */
function auroc(values: Float64Array, truth: Int8Array): number {
  const order = Uint32Array.from(values.keys()).filter(
    (at) => !Number.isNaN(values[at] ?? Number.NaN) && (truth[at] ?? -1) >= 0,
  )
  order.sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0))
  let positives = 0
  let ranks = 0
  for (let from = 0; from < order.length; ) {
    let to = from
    let tied = 0
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) {
      tied += truth[order[to] ?? 0] ?? 0
      to++
    }
    positives += tied
    ranks += tied * ((from + to + 1) / 2)
    from = to
  }
  const negatives = order.length - positives
  if (positives < leastOfEach / 2 || negatives < leastOfEach / 2) return 0.5
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
}
