import { countAtLeast } from '../../src/contract/cut.ts'

export type AxisScale = 'linear' | 'log'

/** Where scores lie on the drawing: `from`..`to` in score units, along a linear or a logarithmic axis. */
export interface ScoreAxis {
  readonly scale: AxisScale
  readonly from: number
  readonly to: number
}

export interface Histogram {
  readonly axis: ScoreAxis
  /** Bin edges in score units, one more than counts. */
  readonly edges: Float64Array
  readonly counts: Uint32Array
  /** Rows whose score lies left or right of the axis; they are counted in no bin. */
  readonly below: number
  readonly above: number
  readonly lowest: number
  readonly highest: number
}

/** Score at `share` of the way down from the highest; `scores` runs from highest to lowest. */
function scoreAt(scores: Float32Array, share: number): number {
  return scores[Math.min(scores.length - 1, Math.floor(share * scores.length))] ?? 0
}

/**
 * Errors have long tails: one row can be a million times stranger than the middle one. A linear axis
 * would squeeze all others into one bin, so past a factor of 20 the axis is logarithmic.
 */
export function suggestedScale(scores: Float32Array): AxisScale {
  const middle = scoreAt(scores, 0.5)
  return middle > 0 && (scores[0] ?? 0) > 20 * middle ? 'log' : 'linear'
}

/** An axis on which the bulk of the scores can be told apart. */
export function scoreAxis(scores: Float32Array, scale: AxisScale): ScoreAxis {
  const highest = scores[0] ?? 1
  const lowest = scores.at(-1) ?? 0
  if (scale === 'log') {
    const to = highest > 0 ? highest : 1
    // A handful of nearly perfect rows must not stretch the axis over decades of emptiness.
    const from = Math.max(lowest, scoreAt(scores, 0.999) / 3, to * 1e-9)
    return widened({ scale, from: Math.min(from, to), to })
  }
  // The odd rows are what is looked for, so the axis is clipped only where they would leave the rest no width.
  const bulk = scoreAt(scores, 0.005)
  const to = bulk > 0 ? Math.min(highest, 12 * bulk) : highest
  return widened({ scale, from: Math.min(0, lowest), to })
}

/** Gives an axis width where all scores are equal, and a hair of room so that the highest can be cut off. */
function widened({ scale, from, to }: ScoreAxis): ScoreAxis {
  if (scale === 'log')
    return { scale, from: from / 1.02, to: to > from ? to * (to / from) ** 0.01 : to * 1.02 }
  const width = to - from
  return { scale, from, to: width > 0 ? to + width * 0.01 : to + Math.max(Math.abs(to), 1) * 0.02 }
}

/** Position on the axis: the score itself, or its decimal logarithm. */
export function toAxis(axis: ScoreAxis, score: number): number {
  return axis.scale === 'log' ? Math.log10(Math.max(score, axis.from)) : score
}

/** Back from a position to a score. */
export function fromAxis(axis: ScoreAxis, position: number): number {
  return axis.scale === 'log' ? 10 ** position : position
}

/** How many rows of each bin are among the `flagged` highest scores. */
export function flaggedInBins({ counts, above }: Histogram, flagged: number): Uint32Array {
  const inBins = new Uint32Array(counts.length)
  let right = above
  for (let bin = counts.length - 1; bin >= 0; bin -= 1) {
    const count = counts[bin] ?? 0
    inBins[bin] = Math.min(count, Math.max(0, flagged - right))
    right += count
  }
  return inBins
}

/** Counts scores in `bins` bins of equal width on the axis. `scores` runs from highest to lowest. */
export function histogramOf(scores: Float32Array, axis: ScoreAxis, bins: number): Histogram {
  const left = toAxis(axis, axis.from)
  const width = (toAxis(axis, axis.to) - left) / bins
  const edges = Float64Array.from({ length: bins + 1 }, (_, index) =>
    index === 0 ? axis.from : index === bins ? axis.to : fromAxis(axis, left + index * width),
  )
  const reached = Array.from(edges, (edge) => countAtLeast(scores, edge))
  const counts = Uint32Array.from(
    { length: bins },
    (_, index) => (reached[index] ?? 0) - (reached[index + 1] ?? 0),
  )
  return {
    axis,
    edges,
    counts,
    below: scores.length - (reached[0] ?? 0),
    above: reached[bins] ?? 0,
    lowest: scores.at(-1) ?? 0,
    highest: scores[0] ?? 0,
  }
}
