/** Where a feature's values lie and how far they usually spread, in original units. */
export interface Scaling {
  readonly centre: number
  readonly spread: number
}

/** Beyond this many spreads from the centre a value grows only logarithmically. */
const linearTo = 2

/** Quartile distance of a normal distribution with standard deviation 1. */
const normalQuartileDistance = 1.349

/**
 * Robust scaling: median and quartile distance, or the standard deviation where at least half of the values
 * are equal (mostly-zero and rare-binary columns). null when there is no value, or all values are the same.
 */
export function fitScaling(values: Float64Array): Scaling | null {
  const sorted = values.toSorted()
  const lowest = sorted[0]
  const highest = sorted.at(-1)
  if (lowest === undefined || highest === undefined || lowest === highest) return null
  const centre = quantile(sorted, 0.5)
  const deviation = standardDeviation(sorted)
  const robust = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / normalQuartileDistance
  // Relative to the deviation, so that the unit of the column does not matter.
  const spread = robust > 1e-9 * deviation ? robust : deviation
  return Number.isFinite(spread) && spread > 0 ? { centre, spread } : null
}

/** Original units to encoded units: scaled, then softly clipped. */
export function scale(value: number, { centre, spread }: Scaling): number {
  const z = (value - centre) / spread
  const size = Math.abs(z)
  return size < linearTo ? z : Math.sign(z) * (linearTo + Math.log1p(size - linearTo))
}

/** Encoded units to original units: the inverse of `scale`. */
export function unscale(encoded: number, { centre, spread }: Scaling): number {
  const size = Math.abs(encoded)
  const z = size < linearTo ? encoded : Math.sign(encoded) * (linearTo + Math.expm1(size - linearTo))
  return centre + z * spread
}

/** Linear interpolation between the two nearest ranks, of values sorted upwards. */
export function quantile(sorted: Float64Array | Float32Array, share: number): number {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  return low + (high - low) * (position - below)
}

/** Of the values themselves, not of a population behind them. Divides by the largest so that squares stay finite. */
function standardDeviation(sorted: Float64Array): number {
  const largest = Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))
  let mean = 0
  for (const value of sorted) mean += value / largest / sorted.length
  let squares = 0
  for (const value of sorted) squares += (value / largest - mean) ** 2
  return largest * Math.sqrt(squares / sorted.length)
}
